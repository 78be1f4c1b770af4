// attribution.h: a first-order estimate of what zeroing a head costs, for all heads from one backward pass
// (attribution patching): the answer's log-probability changes by about -<gradient, output>. It may order
// heads; what zeroing really does is for score_heads.h to say.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/probe.h"
#include "worker/model/transformer.h"

namespace rad {

// Every head, layer by layer, with the mean over examples of the estimated drop in nats.
absl::StatusOr<std::vector<std::pair<HeadId, double>>> AttributeHeads(const Transformer& model,
                                                                      std::span<const ProbeExample> examples);

}  // namespace rad
