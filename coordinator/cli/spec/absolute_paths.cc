#include "coordinator/cli/spec/absolute_paths.h"

#include <initializer_list>
#include <string>

namespace rad::cli {
namespace {

std::string Absolute(const std::string& path, const std::filesystem::path& folder) {
  return (folder / path).lexically_normal().string();
}

void MakeAbsolute(const std::filesystem::path& folder, std::initializer_list<std::string*> paths) {
  for (std::string* path : paths) {
    if (!path->empty()) *path = Absolute(*path, folder);
  }
}

void MakePathsAbsolute(const std::filesystem::path& folder, v1::Probe& probe) {
  MakeAbsolute(folder, {probe.mutable_text(), probe.mutable_key_file(), probe.mutable_value_file()});
}

}  // namespace

void MakePathsAbsolute(const std::filesystem::path& folder, v1::JobSpec& spec) {
  if (spec.has_teacher()) MakeAbsolute(folder, {spec.mutable_teacher()->mutable_path()});
  if (spec.has_probe()) MakePathsAbsolute(folder, *spec.mutable_probe());
  for (v1::Probe& probe : *spec.mutable_probes()) MakePathsAbsolute(folder, probe);
  if (spec.has_data()) {
    for (std::string& glob : *spec.mutable_data()->mutable_text()) glob = Absolute(glob, folder);
    for (v1::DataSource& source : *spec.mutable_data()->mutable_sources())
      MakeAbsolute(folder, {source.mutable_text(), source.mutable_jsonl(), source.mutable_tokens()});
  }
  if (!spec.has_evaluate()) return;
  v1::Evaluate& evaluate = *spec.mutable_evaluate();
  MakeAbsolute(folder, {evaluate.mutable_records(), evaluate.mutable_definitions()});
}

}  // namespace rad::cli
