// training_run.h: the loop that alignment and distillation share: resume, step, report, checkpoint, stop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/named_tensor.h"
#include "worker/parallel/collective.h"
#include "worker/task_host.h"

namespace rad {

struct TrainingPlan {
  std::string phase;  // "aligning"
  std::string loss;   // name of the loss in progress reports: "align"
  std::int64_t steps = 0;
  std::int64_t tokens_per_step = 0;
  std::map<std::string, std::int64_t> memory_bytes;  // known beforehand: weights, optimizer
  Collective* collective = nullptr;                  // of a gang: rank 0 saves the checkpoints
  // Before each checkpoint and at the end, on every rank: brings to rank 0 what the others hold of `state`,
  // and into its `losses` (of the steps since the last time) theirs. Null where all ranks hold the same.
  std::function<void(const at::Tensor& losses)> gather;
  // What `gather` brings to rank 0 for its checkpoints alone, beside `state`: nothing else reads it.
  std::vector<NamedTensor> gathered;
};

struct TrainingStep {
  double loss = 0;
  bool skipped = false;                        // its gradient was not finite; nothing was changed
  std::map<std::string, double> extra_losses;  // further terms, by name, for progress reports
};

struct TrainingOutcome {
  std::int64_t steps = 0;
  std::int64_t skipped_steps = 0;
  double first_loss = 0;
  double last_loss = 0;           // mean over the last tenth of the steps
  double checkpoint_seconds = 0;  // that training waited for checkpoints
};

// Calls train(0), train(1), ..., train(steps - 1), each a function of its number and of `state` alone, which
// is all that it may change. Begins behind host.LatestCheckpoint(), whose tensors it puts into `state`; as
// nothing else is carried from step to step, a resumed run ends in the bits of an undisturbed one (at equal
// thread counts). Checkpoints are saved in the background, and the last is waited for whatever the outcome;
// the error of one ends the run at the next step, unless there was but no room for it. CANCELLED when the
// host says stop, and when it asks for room, which is given once the steps so far are saved. ABORTED when
// kMaxSkippedSteps steps were skipped, or when the ranks of a gang did not begin at the same step. Throws
// PeerLost. On any error the newest checkpoint is still good; `state` is then undefined.
absl::StatusOr<TrainingOutcome> RunTraining(
    TaskHost& host, const TrainingPlan& plan, const std::vector<NamedTensor>& state,
    const std::function<absl::StatusOr<TrainingStep>(std::int64_t step)>& train);

// A few bad steps happen; more mean that the run diverged and will not come back.
inline constexpr std::int64_t kMaxSkippedSteps = 5;

}  // namespace rad
