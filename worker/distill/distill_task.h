// distill_task.h: the task "distill": aligned SSM heads and the kept attention heads become one student,
// trained end to end on the teacher's logits. No torch here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/distill/align_task.h"
#include "worker/distill/student_training.h"
#include "worker/model/model_config.h"
#include "worker/model/precision.h"
#include "worker/model/ssm_size.h"
#include "worker/task_host.h"

namespace rad {

struct DistillTask {
  std::filesystem::path teacher;
  Precision precision = Precision::kFloat32;
  SsmSize ssm;
  std::vector<HeadId> kept;  // any set, sorted
  DataSpec data;
  std::int64_t tokens = 0;
  double learning_rate = 3e-4;
  int batch_sequences = 3;
  double warmup_share = 0.03, decay_share = 0.5;  // of the steps
  Join join = Join::kReplace;
  AlignTarget aligned_to = AlignTarget::kHead;
  StudentTraining training;
};

struct DistillReport {
  std::int64_t tokens = 0;
  double first_loss = 0;  // KD loss of the first step, and the mean over the last tenth
  double last_loss = 0;
};

// Reads input "aligned", or "student" where that was aligned to its layers; writes the student's trained
// tensors and what it is (kept heads, N) into `output`. Resumes like RunAlignTask. In a gang every
// rank trains on its parts of each batch, and rank 0 alone writes.
absl::StatusOr<DistillReport> RunDistillTask(const DistillTask& task, TaskHost& host,
                                             const std::filesystem::path& output);

}  // namespace rad
