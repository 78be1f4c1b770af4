#include "coordinator/cli/spec/absolute_paths.h"

#include <string>

namespace rad::cli {
namespace {

std::string Absolute(const std::string& path, const std::filesystem::path& folder) {
  return (folder / path).lexically_normal().string();
}

}  // namespace

void MakePathsAbsolute(const std::filesystem::path& folder, v1::JobSpec& spec) {
  if (const std::string& path = spec.teacher().path(); !path.empty()) {
    spec.mutable_teacher()->set_path(Absolute(path, folder));
  }
  if (!spec.has_data()) return;
  for (std::string& glob : *spec.mutable_data()->mutable_text()) glob = Absolute(glob, folder);
}

}  // namespace rad::cli
