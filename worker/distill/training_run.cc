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

// A checkpoint that was committed while the ranks looked for the newest would part them.
absl::Status CheckAgreement(Collective& collective, std::int64_t resumed) {
  const at::Tensor steps = at::zeros({collective.world_size()}, at::kLong);
  steps[collective.rank()].fill_(resumed);
  collective.Sum(steps);
  if (steps.eq(resumed).all().item<bool>()) return absl::OkStatus();
  return absl::AbortedError("the workers of the gang resumed from different checkpoints");
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

  const bool gang = plan.collective != nullptr;
  if (gang) {
    if (absl::Status agreed = CheckAgreement(*plan.collective, *resumed); !agreed.ok()) return agreed;
  }
  const bool saves = !gang || plan.collective->rank() == 0;
  std::int64_t gathered = *resumed;
  const auto gather = [&](std::int64_t done) {
    if (plan.gather) plan.gather(history.Losses(gathered, done));
    gathered = done;
  };

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
      gather(done);
      absl::Status saved = saves ? SaveTrainingCheckpoint(host, all, done) : absl::OkStatus();
      if (!saved.ok()) return saved;
    }
  }
  gather(plan.steps);
  return history.Outcome();
}

}  // namespace rad
