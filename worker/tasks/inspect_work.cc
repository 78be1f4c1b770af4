#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "worker/model/inspect.h"
#include "worker/model/precision.h"
#include "worker/tasks/data_files.h"
#include "worker/tasks/evaluate_files.h"
#include "worker/tasks/try_probe.h"
#include "worker/tasks/work.h"

namespace rad {
namespace {

// "probe.text ..." of another than the first probe becomes "probes[0].text ...".
absl::Status NameProbe(const absl::Status& status, int index) {
  absl::string_view message = status.message();
  if (index == 0 || !absl::ConsumePrefix(&message, "probe.")) return status;
  return {status.code(), absl::StrCat("probes[", index - 1, "].", message)};
}

}  // namespace

absl::StatusOr<v1::TaskResult> Inspect(const v1::InspectTeacher& work, TaskHost& host) {
  host.Report({.phase = "inspecting teacher", .done = 0, .total = 1, .unit = "files"});
  const auto info = InspectModel(work.teacher().path());
  if (!info.ok()) return info.status();
  v1::TaskResult result;
  v1::TeacherInfo& teacher = *result.mutable_teacher();
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
  for (int i = 0; i < work.probes_size(); ++i) {
    const auto files = TryProbe(work.probes(i), work.teacher().path(), info->config.context);
    if (!files.ok()) return NameProbe(files.status(), i);
    *result.add_probe_files() = *files;
  }
  absl::Status files = TryEvaluateFiles(work, *result.mutable_data_files());
  if (!files.ok()) return files;
  if (!work.has_data()) return result;
  auto data = TryData(work.data(), work.teacher().path(), host);
  if (!data.ok()) return data.status();
  result.mutable_data_files()->set_data(*std::move(data));
  return result;
}

}  // namespace rad
