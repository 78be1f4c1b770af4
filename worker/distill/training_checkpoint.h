// training_checkpoint.h: all that a training run carries from step to step, in a TaskHost's checkpoints.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/named_tensor.h"
#include "worker/task_host.h"

namespace rad {

// Writes the tensors as the checkpoint "after `steps_done` steps". On an error the checkpoint before still
// holds.
absl::Status SaveTrainingCheckpoint(TaskHost& host, const std::vector<NamedTensor>& state,
                                    std::int64_t steps_done);

// Copies the newest checkpoint into the tensors and returns how many steps were done; 0 when there is none.
// DATA_LOSS names the tensor that is missing or of another shape.
absl::StatusOr<std::int64_t> RestoreTrainingCheckpoint(TaskHost& host, const std::vector<NamedTensor>& state);

}  // namespace rad
