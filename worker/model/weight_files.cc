#include "worker/model/weight_files.h"

#include <set>
#include <string_view>
#include <system_error>

#include "worker/model/json.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

constexpr char kIndexName[] = "model.safetensors.index.json";
constexpr std::size_t kMaxFiles = 4096;  // mapped all at once

absl::Status Invalid(const fs::path& path, std::string message) {
  return absl::InvalidArgumentError(StrCat(path.string(), ": ", message));
}

bool IsPlainName(const std::string& name) {
  return name.ends_with(".safetensors") && name.find('/') == name.npos && name.find('\0') == name.npos;
}

// Tensor name to file name.
absl::StatusOr<std::map<std::string, std::string>> ReadIndex(const fs::path& path) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  auto json =
      ParseJson({reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()}, path.string());
  if (!json.ok()) return json.status();
  const nlohmann::json* list = FindMember(*json, "weight_map");
  if (list == nullptr || !list->is_object())
    return Invalid(path, "weight_map must be an object of tensor: file");
  std::map<std::string, std::string> index;
  for (const auto& [tensor, name] : list->items()) {
    if (!name.is_string() || !IsPlainName(name.get<std::string>())) {
      return Invalid(path, StrCat("weight_map: '", tensor,
                                  "' must name a .safetensors file of this folder, not ", name.dump()));
    }
    index.emplace(tensor, name.get<std::string>());
  }
  return index;
}

absl::StatusOr<std::set<std::string>> ListFiles(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".safetensors") names.insert(entry->path().filename().string());
  }
  if (error) return absl::UnavailableError(StrCat(folder.string(), ": cannot list: ", error.message()));
  return names;
}

absl::Status OpenOne(const fs::path& path, WeightFiles& weights) {
  auto file = SafetensorsFile::Open(path);
  if (!file.ok()) return file.status();
  const auto placed = weights.files.emplace(path.filename().string(), *std::move(file)).first;
  for (const auto& [name, tensor] : placed->second.contents().tensors) {
    if (!weights.tensors.emplace(name, &tensor).second)
      return Invalid(path, StrCat("tensor '", name, "' is in another file too"));
  }
  return absl::OkStatus();
}

absl::Status CheckIndex(const fs::path& path, const std::map<std::string, std::string>& index,
                        const WeightFiles& weights) {
  for (const auto& [tensor, name] : index) {
    if (!weights.files.at(name).contents().tensors.contains(tensor)) {
      return Invalid(path,
                     StrCat("tensor '", tensor, "' is not in ", name, " as listed; fetch that file again"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WeightFiles> OpenWeightFiles(const fs::path& folder) {
  const fs::path index_path = folder / kIndexName;
  auto index = ReadIndex(index_path);
  if (!index.ok() && !absl::IsNotFound(index.status())) return index.status();
  std::set<std::string> names;
  if (index.ok()) {
    for (const auto& [tensor, name] : *index) names.insert(name);
  } else {
    auto listed = ListFiles(folder);
    if (!listed.ok()) return listed.status();
    names = *std::move(listed);
  }
  if (names.empty())
    return absl::NotFoundError(StrCat(folder.string(), ": no *.safetensors file; the weights are missing"));
  if (names.size() > kMaxFiles)
    return Invalid(folder, StrCat(names.size(), " weight files; at most ", kMaxFiles, " are allowed"));
  WeightFiles weights;
  for (const std::string& name : names) {
    if (auto status = OpenOne(folder / name, weights); !status.ok()) return status;
  }
  if (index.ok()) {
    if (auto status = CheckIndex(index_path, *index, weights); !status.ok()) return status;
  }
  return weights;
}

}  // namespace rad
