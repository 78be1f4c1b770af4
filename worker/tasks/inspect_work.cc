#include "worker/model/inspect.h"
#include "worker/model/precision.h"
#include "worker/tasks/work.h"

namespace rad {

absl::StatusOr<v1::TeacherInfo> Inspect(const v1::InspectTeacher& work, TaskHost& host) {
  host.Report({.phase = "inspecting teacher", .done = 0, .total = 1, .unit = "files"});
  const auto info = InspectModel(work.teacher().path());
  if (!info.ok()) return info.status();
  v1::TeacherInfo teacher;
  teacher.set_digest(info->digest);
  teacher.set_architecture(info->config.architecture);
  teacher.set_layers(static_cast<std::uint32_t>(info->config.layers));
  teacher.set_heads(static_cast<std::uint32_t>(info->config.heads));
  teacher.set_kv_heads(static_cast<std::uint32_t>(info->config.kv_heads));
  teacher.set_head_dim(static_cast<std::uint32_t>(info->config.head_dim));
  teacher.set_hidden(static_cast<std::uint32_t>(info->config.hidden));
  teacher.set_vocab(static_cast<std::uint32_t>(info->config.vocab));
  teacher.set_parameters(static_cast<std::uint64_t>(info->parameters));
  const bool bfloat16 = FastestPrecision() == Precision::kBfloat16;
  teacher.set_precision(bfloat16 ? v1::BFLOAT16 : v1::FLOAT32);
  return teacher;
}

}  // namespace rad
