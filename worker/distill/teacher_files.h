// teacher_files.h: all that a training task needs of a teacher.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/model/precision.h"
#include "worker/model/transformer.h"
#include "worker/task_host.h"
#include "worker/text/tokenizer.h"

namespace rad {

struct TeacherFiles {
  std::string digest;
  std::unique_ptr<Tokenizer> tokenizer;
  Transformer model;
};

// Reports the phase "loading teacher". Errors as in OpenModelFile and OpenTokenizer.
absl::StatusOr<TeacherFiles> LoadTeacherFiles(const std::filesystem::path& path, Precision precision,
                                              TaskHost& host);

}  // namespace rad
