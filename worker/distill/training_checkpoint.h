// training_checkpoint.h: all that a training run carries from step to step, in a TaskHost's checkpoints.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/named_tensor.h"
#include "worker/task_host.h"

namespace rad {

// Saves in the background: the training thread only copies the tensors. One save at a time. Not thread-safe.
class TrainingCheckpoints {
 public:
  // The tensors of `state` are read by Start alone; those of `at_rest`, which are saved too, are not copied
  // and must not change until the save has ended. While a save runs, the host's SaveCheckpoint is called in
  // another thread.
  TrainingCheckpoints(TaskHost& host, std::vector<NamedTensor> state, std::vector<NamedTensor> at_rest = {})
      : host_(host), state_(std::move(state)), at_rest_(std::move(at_rest)) {}
  // Waits for a save in flight.
  ~TrainingCheckpoints() = default;

  // Begins to save the tensors as they are now as the checkpoint "after `steps_done` steps" (`loss` as in
  // TaskHost); an unfinished save is waited for first. On an error, which is the earlier save's, nothing is
  // begun. A save for which there is no room is no error: it is said on stderr, and the checkpoint before it
  // holds.
  absl::Status Start(std::int64_t steps_done, std::optional<double> loss);
  // The error of the last save if that has ended, else OK; does not wait.
  absl::Status Check();
  // Whether no save is under way after at most so long.
  bool EndsWithin(std::chrono::seconds wait) const;
  // Waits for the last save and returns how it ended. On an error the checkpoint before it still holds.
  absl::Status Finish();

 private:
  TaskHost& host_;
  const std::vector<NamedTensor> state_, at_rest_;
  std::vector<NamedTensor> copy_;  // of state_, made once: pages touched before cost a fifth; then at_rest_
  std::future<absl::Status> in_flight_;  // last: its end is waited for before the copy goes
};

// Copies the newest checkpoint into the tensors and returns how many steps were done; 0 when there is none.
// DATA_LOSS names the tensor that is missing or of another shape.
absl::StatusOr<std::int64_t> RestoreTrainingCheckpoint(TaskHost& host, const std::vector<NamedTensor>& state);

}  // namespace rad
