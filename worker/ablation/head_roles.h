// head_roles.h: what heads do on key-value questions, by their attention and gradient (head_role.h).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/head_role.h"
#include "worker/ablation/probe.h"
#include "worker/model/transformer.h"

namespace rad {

// In the order of `heads`. `progress` gets the examples done and returns false to stop (CANCELLED).
// INVALID_ARGUMENT for a head that the model has not, no examples, or one without places.
absl::StatusOr<std::vector<HeadRole>> ClassifyHeads(const Transformer& model,
                                                    std::span<const ProbeExample> examples,
                                                    std::span<const HeadId> heads,
                                                    const std::function<bool(std::int64_t)>& progress);

}  // namespace rad
