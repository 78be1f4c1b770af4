#include "worker/distill/training_run.h"

#include <chrono>
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
  if (last && !last->skipped) {
    progress.losses = last->extra_losses;
    progress.losses[plan.loss] = last->loss;
  }
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

// Ranks ask one another only so often: between these steps they need not wait for each other.
constexpr std::int64_t kAskEverySteps = 4;

// Whether to make room now. All ranks of a gang must leave at the same step: one that went on would wait for
// the others in vain.
bool IsToLeave(const TaskHost& host, Collective* collective, std::int64_t step) {
  if (collective == nullptr) return host.RoomRequested();
  if (step % kAskEverySteps != 0) return false;
  const at::Tensor asked = at::full({1}, host.RoomRequested() ? 1 : 0, at::kLong);
  collective->Sum(asked);
  return asked.item<std::int64_t>() > 0;
}

// Starts checkpoints when they are due and adds up the time that takes. In a gang every rank takes part, as
// rank 0, which saves, is first brought what the others hold.
class CheckpointsWhenDue {
 public:
  CheckpointsWhenDue(TaskHost& host, const TrainingPlan& plan, const std::vector<NamedTensor>& state,
                     const TrainingHistory& history, std::int64_t resumed)
      : plan_(plan),
        history_(history),
        every_steps_(host.CheckpointEverySteps()),
        gathered_(resumed),
        checkpoints_(host, state, plan.gathered) {}

  absl::Status After(std::int64_t steps_done) {
    if (absl::Status earlier = checkpoints_.Check(); !earlier.ok()) return earlier;
    const bool due = every_steps_ > 0 && steps_done % every_steps_ == 0 && steps_done < plan_.steps;
    return due ? Save(steps_done) : absl::OkStatus();
  }
  // Saves what no checkpoint has yet, and waits for it.
  absl::Status Leave(std::int64_t steps_done) {
    const absl::Status status = steps_done > gathered_ ? Save(steps_done) : absl::OkStatus();
    return status.ok() ? checkpoints_.Finish() : status;
  }
  absl::Status Finish() {
    const absl::Status last = Timed([&] { return checkpoints_.Finish(); });
    if (last.ok()) Gather(plan_.steps);
    return last;
  }
  double seconds() const { return seconds_; }

 private:
  template <typename Work>
  absl::Status Timed(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    absl::Status status = work();
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return status;
  }

  absl::Status Save(std::int64_t steps_done) {
    if (absl::Status earlier = Timed([&] { return checkpoints_.Finish(); }); !earlier.ok()) return earlier;
    const std::int64_t last = gathered_;
    Gather(steps_done);
    const bool saves = plan_.collective == nullptr || plan_.collective->rank() == 0;
    return saves ? Timed([&] { return checkpoints_.Start(steps_done, history_.MeanLoss(last, steps_done)); })
                 : absl::OkStatus();
  }

  void Gather(std::int64_t steps_done) {
    if (plan_.gather) plan_.gather(history_.Losses(gathered_, steps_done));
    gathered_ = steps_done;
  }

  const TrainingPlan& plan_;
  const TrainingHistory& history_;
  const int every_steps_;
  std::int64_t gathered_;  // steps whose losses rank 0 has, and that the newest checkpoint was begun with
  TrainingCheckpoints checkpoints_;
  double seconds_ = 0;
};

}  // namespace

absl::StatusOr<TrainingOutcome> RunTraining(
    TaskHost& host, const TrainingPlan& plan, const std::vector<NamedTensor>& state,
    const std::function<absl::StatusOr<TrainingStep>(std::int64_t step)>& train) {
  TrainingHistory history(plan.steps);
  std::vector<NamedTensor> all = state;
  all.push_back(history.Tensor());
  absl::StatusOr<std::int64_t> resumed = RestoreTrainingCheckpoint(host, all);
  if (!resumed.ok()) return resumed.status();

  if (plan.collective != nullptr) {
    if (absl::Status agreed = CheckAgreement(*plan.collective, *resumed); !agreed.ok()) return agreed;
  }

  std::map<std::string, std::int64_t> memory = plan.memory_bytes;
  Report(host, plan, *resumed, std::nullopt, memory);
  CheckpointsWhenDue checkpoints(host, plan, all, history, *resumed);
  for (std::int64_t step = *resumed; step < plan.steps; ++step) {
    if (host.StopRequested()) return absl::CancelledError(absl::StrCat(plan.phase, " stopped on request"));
    if (IsToLeave(host, plan.collective, step)) {
      if (absl::Status saved = checkpoints.Leave(step); !saved.ok()) return saved;
      return absl::CancelledError(absl::StrCat(plan.phase, " made room at step ", step, " of ", plan.steps));
    }
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
    if (absl::Status status = checkpoints.After(done); !status.ok()) return status;
  }
  if (absl::Status last = checkpoints.Finish(); !last.ok()) return last;
  TrainingOutcome outcome = history.Outcome();
  outcome.checkpoint_seconds = checkpoints.seconds();
  return outcome;
}

}  // namespace rad
