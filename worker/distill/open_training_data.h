// open_training_data.h: a training task's data, with what its teacher has to write for it.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "worker/data/training_data.h"
#include "worker/distill/teacher_files.h"
#include "worker/task_host.h"

namespace rad {

// For training on `tokens` tokens. Reports to the host; errors as in TrainingData::Open and
// SampleTeacherText.
absl::StatusOr<TrainingData> OpenTrainingData(const DataSpec& spec, const TeacherFiles& teacher,
                                              std::int64_t tokens, TaskHost& host);

}  // namespace rad
