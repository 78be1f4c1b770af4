// align_task.h: the task "align": every attention head of the teacher gets an SSM head trained to give the
// teacher head's own contribution, so that one result composes with any set of kept heads. No torch here.
#pragma once

#include <cstdint>
#include <filesystem>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/task_host.h"

namespace rad {

struct AlignTask {
  std::filesystem::path teacher;
  int state_dim = 0;
  DataSpec data;
  std::int64_t tokens = 0;
  double learning_rate = 1e-3;
  int batch_sequences = 4;
};

struct AlignReport {
  std::int64_t tokens = 0;
  double first_error =
      0;  // relative error of the heads' contribution, mean over layers, before the first step
  double last_error = 0;  // and over the last tenth of the steps
};

// Writes the aligned heads into `output` (safetensors). Resumes from host.LatestCheckpoint(); at a fixed
// thread count a resumed run ends in the same bits as an undisturbed one. In a gang every rank trains layers
// of its own, which rank 0 gathers for its checkpoints and its output: the same bits on any number of
// workers.
absl::StatusOr<AlignReport> RunAlignTask(const AlignTask& task, TaskHost& host,
                                         const std::filesystem::path& output);

}  // namespace rad
