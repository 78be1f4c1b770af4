// export_task.h: the task "export": a student folder that stands alone, without the teacher's file. No torch
// here.
#pragma once

#include <cstdint>
#include <filesystem>

#include "absl/status/statusor.h"
#include "worker/task_host.h"

namespace rad {

struct ExportReport {
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;
};

// Reads input "student" (what distill wrote) and the teacher; writes student_folder.h's files into `output`.
// `rad-worker forward|generate FOLDER` runs it, and so does Hugging Face transformers.
absl::StatusOr<ExportReport> RunExportTask(const std::filesystem::path& teacher, TaskHost& host,
                                           const std::filesystem::path& output);

}  // namespace rad
