// work.h: one function per kind of work: its message in, the compute code's call, its result out.
// `output` is an empty folder for what the task publishes.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"
#include "rad/v1/plan.pb.h"
#include "rad/v1/result.pb.h"
#include "worker/model/precision.h"
#include "worker/task_host.h"

namespace rad {

// Whichever of the below the message asks for. INVALID_ARGUMENT when it asks for what this worker does not
// know. Says on standard error when the precision asked for is not the one this machine is fast in.
absl::StatusOr<v1::TaskResult> DoWork(const v1::Work& work, TaskHost& host,
                                      const std::filesystem::path& output);

absl::StatusOr<v1::TaskResult> Inspect(const v1::InspectTeacher& work, TaskHost& host);
absl::StatusOr<v1::HeadScores> Score(const v1::ScoreHeads& work, Precision precision, TaskHost& host);
absl::StatusOr<v1::HeadRoles> Classify(const v1::ClassifyHeads& work, Precision precision, TaskHost& host);
absl::StatusOr<v1::AlignResult> Align(const v1::AlignHeads& work, Precision precision, TaskHost& host,
                                      const std::filesystem::path& output);
absl::StatusOr<v1::DistillResult> Distill(const v1::DistillStudent& work, Precision precision, TaskHost& host,
                                          const std::filesystem::path& output);
absl::StatusOr<v1::Evaluation> Evaluate(const v1::EvaluateModel& work, Precision precision, TaskHost& host);
absl::StatusOr<v1::ExportResult> Export(const v1::ExportStudent& work, TaskHost& host,
                                        const std::filesystem::path& output);

}  // namespace rad
