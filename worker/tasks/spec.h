// spec.h: the words of plan.proto as the compute code's. The coordinator has filled every field in.
#pragma once

#include "rad/v1/plan.pb.h"
#include "worker/data/data_spec.h"
#include "worker/distill/align_task.h"
#include "worker/model/model_config.h"
#include "worker/model/precision.h"

namespace rad {

// INVALID_ARGUMENT when it is not settled: AUTO is for the coordinator to decide.
absl::StatusOr<Precision> PrecisionOf(v1::Precision precision);

// Without what the probe's files hold (probe_files.h). INVALID_ARGUMENT names a task or template that this
// worker does not know.
absl::StatusOr<ProbeSpec> ProbeOf(const v1::Probe& probe, ProbeSplit split, std::uint64_t seed);

// `prompts` shapes the synthetic prompts; their keys and seeds are training's own.
DataSpec DataOf(const v1::Data& data, ProbeSpec prompts);

// INVALID_ARGUMENT names a value that this worker does not know. Unspecified is what there was before the
// choice: replace and head.
absl::StatusOr<Join> JoinOf(v1::Student::Join join);
absl::StatusOr<AlignTarget> TargetOf(v1::Align::Target target);

// Sorted, without repetitions.
std::vector<HeadId> HeadsOf(const google::protobuf::RepeatedPtrField<v1::Head>& heads);

}  // namespace rad
