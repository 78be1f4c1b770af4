#include "worker/model/student_folder_config.h"

#include <system_error>

#include "worker/model/in_file.h"
#include "worker/model/json.h"
#include "worker/model/mapped_file.h"

namespace rad {
namespace {

absl::StatusOr<nlohmann::json> ReadConfigJson(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kStudentConfigFile;
  const auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  const auto bytes = file->bytes();
  return ParseJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

}  // namespace

bool IsStudentFolder(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return false;
  const auto config = ReadConfigJson(path);
  return config.ok() && IsStudentConfig(*config);
}

absl::StatusOr<StudentConfig> ReadStudentFolderConfig(const std::filesystem::path& folder) {
  const auto json = ReadConfigJson(folder);
  if (!json.ok()) return json.status();
  auto config = ParseStudentConfig(*json);
  if (!config.ok()) return InFile(folder / kStudentConfigFile, config.status());
  return config;
}

}  // namespace rad
