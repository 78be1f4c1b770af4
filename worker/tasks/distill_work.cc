#include "absl/strings/str_cat.h"
#include "worker/distill/distill_task.h"
#include "worker/tasks/data_files.h"
#include "worker/tasks/probe_files.h"
#include "worker/tasks/spec.h"
#include "worker/tasks/teacher_check.h"
#include "worker/tasks/work.h"

namespace rad {

namespace {

absl::StatusOr<StudentTraining> TrainingOf(const v1::Distill& distill) {
  if (distill.train() != v1::TRAIN_UNSPECIFIED && !v1::Train_IsValid(distill.train()))
    return absl::InvalidArgumentError(
        absl::StrCat("distill.train: ", distill.train(), " is unknown to this worker; use MIXERS or ALL"));
  return StudentTraining{
      .temperature = distill.temperature(),
      .next_token_weight = distill.next_token_weight(),
      .hidden_weight = distill.hidden_weight(),
      .weight_decay = distill.weight_decay(),
      .micro_batch_sequences = distill.micro_batch_sequences(),
      .train = distill.train() == v1::ALL ? TrainedPart::kAll : TrainedPart::kMixers,
      .recompute = distill.recompute(),
      .shard_optimizer = distill.shard_optimizer(),
  };
}

}  // namespace

absl::StatusOr<v1::DistillResult> Distill(const v1::DistillStudent& work, Precision precision, TaskHost& host,
                                          const std::filesystem::path& output) {
  const auto prompts = CheckedProbe(work.probe(), work.probe_files(), ProbeSplit::kTrain, work.data().seed());
  if (!prompts.ok()) return prompts.status();
  const auto teacher = CheckedTeacher(work.teacher(), work.teacher_digest());
  if (!teacher.ok()) return teacher.status();
  const auto join = JoinOf(work.join());
  if (!join.ok()) return join.status();
  const auto aligned_to = TargetOf(work.aligned_to());
  if (!aligned_to.ok()) return aligned_to.status();
  const auto training = TrainingOf(work.distill());
  if (!training.ok()) return training.status();
  const auto report = RunDistillTask({.teacher = *teacher,
                                      .precision = precision,
                                      .ssm = {work.state_dim(), work.head_dim()},
                                      .kept = HeadsOf(work.kept()),
                                      .data = CheckedData(work.data(), work.data_files(), *prompts, host),
                                      .tokens = static_cast<std::int64_t>(work.distill().tokens()),
                                      .learning_rate = work.distill().learning_rate(),
                                      .batch_sequences = static_cast<int>(work.distill().batch_sequences()),
                                      .warmup_share = work.distill().warmup_share(),
                                      .decay_share = work.distill().decay_share(),
                                      .join = *join,
                                      .aligned_to = *aligned_to,
                                      .training = *training},
                                     host, output);
  if (!report.ok()) return report.status();
  v1::DistillResult result;
  result.set_tokens(static_cast<std::uint64_t>(report->tokens));
  result.set_first_loss(report->first_loss);
  result.set_last_loss(report->last_loss);
  return result;
}

}  // namespace rad
