// align_task.h: the task "align": SSM heads learn from the teacher's hidden states, layer by layer. With
// target head every attention head of the teacher gets an SSM head trained to give that head's own
// contribution, so that one result composes with any set of kept heads; with target layer each layer of one
// student learns to give its teacher layer's output. No torch here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/model/join.h"
#include "worker/model/model_config.h"
#include "worker/model/precision.h"
#include "worker/model/ssm_size.h"
#include "worker/task_host.h"

namespace rad {

enum class AlignTarget { kHead, kLayer };

struct AlignTask {
  std::filesystem::path teacher;
  Precision precision = Precision::kFloat32;
  SsmSize ssm;
  DataSpec data;
  std::int64_t tokens = 0;
  double learning_rate = 1e-3;
  int batch_sequences = 4;
  double warmup_share = 0.03, decay_share = 0.5;  // of the steps
  AlignTarget target = AlignTarget::kHead;
  std::vector<HeadId> kept;    // of the student, for target layer; sorted
  Join join = Join::kReplace;  // likewise
};

struct AlignReport {
  std::int64_t tokens = 0;
  double first_error =
      0;  // relative error of what the target is to give, mean over layers, before the first step
  double last_error = 0;  // and over the last tenth of the steps
};

// Writes the aligned heads (or the student, as SaveStudent) into `output`. Resumes from
// host.LatestCheckpoint(); at a fixed thread count a resumed run ends in the same bits as an undisturbed one.
// In a gang every rank aligns the heads of layers of its own, which rank 0 gathers for its checkpoints and
// its output: the same bits on any number of workers. Layers are aligned by one worker only:
// INVALID_ARGUMENT.
absl::StatusOr<AlignReport> RunAlignTask(const AlignTask& task, TaskHost& host,
                                         const std::filesystem::path& output);

}  // namespace rad
