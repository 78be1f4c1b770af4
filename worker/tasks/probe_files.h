// probe_files.h: what the files of a probe hold, and that they still hold it.
#pragma once

#include "absl/status/statusor.h"
#include "rad/v1/plan.pb.h"
#include "worker/ablation/probe.h"

namespace rad {

ProbePaths PathsOf(const v1::Probe& probe);
v1::ProbeFiles FilesOf(const ProbeSources& sources);

// The probe with what its files hold. Errors name the field: FAILED_PRECONDITION where a file does not have
// the digest in `files`, as it changed since the job inspected it.
absl::StatusOr<ProbeSpec> CheckedProbe(const v1::Probe& probe, const v1::ProbeFiles& files, ProbeSplit split,
                                       std::uint64_t seed);

}  // namespace rad
