// try_probe.h: whether examples can be made of a probe, found out before any computing.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "rad/v1/plan.pb.h"

namespace rad {

// Makes some examples for the teacher at this path, of a model that reads `most_tokens`. What the probe's
// files hold, or an error that names the field at fault.
absl::StatusOr<v1::ProbeFiles> TryProbe(const v1::Probe& probe, const std::string& teacher,
                                        std::int64_t most_tokens);

}  // namespace rad
