#include "worker/distill/training_run.h"

#include <chrono>
#include <optional>

#include "absl/strings/str_cat.h"
#include "worker/distill/training_checkpoint.h"
#include "worker/distill/training_history.h"
#include "worker/model/memory_meter.h"

namespace rad {
namespace {

void SetSteps(const TrainingPlan& plan, std::int64_t steps_done, TaskProgress& progress) {
  progress.done = static_cast<double>(steps_done);
  progress.step = steps_done;
  progress.tokens = steps_done * plan.tokens_per_step;
}

TaskProgress ProgressAt(const TrainingPlan& plan, std::int64_t steps_done) {
  TaskProgress progress{.phase = plan.phase, .total = static_cast<double>(plan.steps), .unit = "steps"};
  progress.memory_bytes = plan.memory_bytes;
  SetSteps(plan, steps_done, progress);
  return progress;
}

void AddStep(const TrainingPlan& plan, const TrainingStep& step, TaskProgress& progress) {
  SetSteps(plan, progress.step + 1, progress);
  progress.losses.clear();
  if (step.skipped) return;
  progress.losses = step.extra_losses;
  progress.losses[plan.loss] = step.loss;
}

// The time that passes, less that spent waiting for other ranks.
class ComputeTimer {
 public:
  explicit ComputeTimer(const Collective* collective) : collective_(collective), waited_before_(Waited()) {}
  double Seconds() const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
    return passed.count() - (Waited() - waited_before_);
  }

 private:
  double Waited() const { return collective_ == nullptr ? 0 : collective_->seconds_waited(); }

  const Collective* const collective_;
  const double waited_before_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

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
  // `progress`: as last reported.
  CheckpointsWhenDue(TaskHost& host, const TrainingPlan& plan, const std::vector<NamedTensor>& state,
                     const TrainingHistory& history, std::int64_t resumed, const TaskProgress& progress)
      : host_(host),
        plan_(plan),
        history_(history),
        progress_(progress),
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
    return status.ok() ? Await() : status;
  }
  absl::Status Finish() {
    const absl::Status last = Await();
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

  // For the save under way. Nobody takes a long one for a step that does not end.
  absl::Status Await() {
    return Timed([&] {
      if (!checkpoints_.EndsWithin(kUnnoticed)) {
        TaskProgress waiting = progress_;
        waiting.phase = absl::StrCat(plan_.phase, ": waiting for a checkpoint");
        host_.Report(waiting);
      }
      return checkpoints_.Finish();
    });
  }

  absl::Status Save(std::int64_t steps_done) {
    if (absl::Status earlier = Await(); !earlier.ok()) return earlier;
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

  static constexpr std::chrono::seconds kUnnoticed{10};

  TaskHost& host_;
  const TrainingPlan& plan_;
  const TrainingHistory& history_;
  const TaskProgress& progress_;
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

  TaskProgress progress = ProgressAt(plan, *resumed);
  host.Report(progress);
  CheckpointsWhenDue checkpoints(host, plan, all, history, *resumed, progress);
  for (std::int64_t step = *resumed; step < plan.steps; ++step) {
    if (host.StopRequested()) return absl::CancelledError(absl::StrCat(plan.phase, " stopped on request"));
    if (IsToLeave(host, plan.collective, step)) {
      if (absl::Status saved = checkpoints.Leave(step); !saved.ok()) return saved;
      return absl::CancelledError(absl::StrCat(plan.phase, " made room at step ", step, " of ", plan.steps));
    }
    std::optional<MemoryMeter> meter;  // one step tells: they are all alike
    if (step == *resumed) meter.emplace();
    const ComputeTimer timer(plan.collective);
    const absl::StatusOr<TrainingStep> result = train(step);
    if (!result.ok()) return result.status();
    progress.compute_seconds += timer.Seconds();
    if (meter) progress.memory_bytes["activations_peak"] = meter->PeakBytes();
    history.Add(step, *result);
    const std::int64_t done = step + 1;
    AddStep(plan, *result, progress);
    host.Report(progress);
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
