#include "worker/distill/training_run.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "worker/distill/training_checkpoint.h"
#include "worker/distill/training_history.h"
#include "worker/model/memory_meter.h"

namespace rad {
namespace {

void Report(TaskHost& host, const TrainingPlan& plan, std::int64_t steps_done,
            const std::optional<TrainingStep>& last, const std::map<std::string, std::int64_t>& memory) {
  TaskProgress progress{.phase = plan.phase};
  progress.done = static_cast<double>(steps_done);
  progress.total = static_cast<double>(plan.steps);
  progress.unit = "steps";
  progress.step = steps_done;
  progress.tokens = steps_done * plan.tokens_per_step;
  if (last && !last->skipped) progress.losses[plan.loss] = last->loss;
  progress.memory_bytes = memory;
  host.Report(progress);
}

absl::Status Diverged(const TrainingPlan& plan, std::int64_t step, std::int64_t skipped) {
  return absl::AbortedError(
      absl::StrCat(plan.phase, " stopped at step ", step, " of ", plan.steps, ": ", skipped,
                   " steps had a gradient that is not finite; lower the learning_rate"));
}

}  // namespace

absl::StatusOr<TrainingOutcome> RunTraining(
    TaskHost& host, const TrainingPlan& plan, const std::vector<NamedTensor>& state,
    const std::function<absl::StatusOr<TrainingStep>(std::int64_t step)>& train) {
  TrainingHistory history(plan.steps);
  std::vector<NamedTensor> all = state;
  all.push_back(history.Tensor());
  absl::StatusOr<std::int64_t> resumed = RestoreTrainingCheckpoint(host, all);
  if (!resumed.ok()) return resumed.status();

  std::map<std::string, std::int64_t> memory = plan.memory_bytes;
  Report(host, plan, *resumed, std::nullopt, memory);
  for (std::int64_t step = *resumed; step < plan.steps; ++step) {
    if (host.StopRequested()) return absl::CancelledError(absl::StrCat(plan.phase, " stopped on request"));
    std::optional<MemoryMeter> meter;  // one step tells: they are all alike
    if (step == *resumed) meter.emplace();
    const absl::StatusOr<TrainingStep> result = train(step);
    if (!result.ok()) return result.status();
    if (meter) memory["activations_peak"] = meter->PeakBytes();
    history.Add(step, *result);
    const std::int64_t done = step + 1;
    Report(host, plan, done, *result, memory);
    const std::int64_t skipped = result->skipped ? history.SkippedSteps(done) : 0;
    if (skipped >= kMaxSkippedSteps) return Diverged(plan, step, skipped);
    if (host.CheckpointEverySteps() > 0 && done % host.CheckpointEverySteps() == 0 && done < plan.steps) {
      if (absl::Status saved = SaveTrainingCheckpoint(host, all, done); !saved.ok()) return saved;
    }
  }
  return history.Outcome();
}

}  // namespace rad
