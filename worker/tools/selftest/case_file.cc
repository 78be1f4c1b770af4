#include "worker/tools/selftest/case_file.h"

#include <string>

#include "absl/status/status.h"
#include "worker/model/json.h"
#include "worker/model/str_cat.h"
#include "worker/model/tensor_file.h"

namespace rad {
namespace {

using Json = nlohmann::json;

absl::StatusOr<Json> IndexOf(const TensorFile& file, const std::filesystem::path& path) {
  const auto text = file.metadata.find("index");
  if (text == file.metadata.end()) return Json::object();
  auto index = ParseJson(text->second, StrCat("metadata \"index\" of ", path.string()));
  if (index.ok() && !index->is_object()) {
    return absl::InvalidArgumentError(
        StrCat("metadata \"index\" of ", path.string(), " must be a JSON object"));
  }
  return index;
}

// Where <case> ends in a tensor's name: after a case of the index, or else at the dot that the kinds imply.
std::size_t CaseLength(const std::string& name, const Json& index) {
  for (std::size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0;
       dot = name.rfind('.', dot - 1)) {
    if (index.contains(name.substr(0, dot))) return dot;
  }
  return name.ends_with(".raw") || name.ends_with(".f32") ? name.rfind('.') : name.find('.');
}

}  // namespace

absl::StatusOr<std::vector<SelftestCase>> ReadCaseFile(const std::filesystem::path& path) {
  auto file = ReadTensorFile(path);
  if (!file.ok()) return file.status();
  const auto index = IndexOf(*file, path);
  if (!index.ok()) return index.status();
  std::map<std::string, SelftestCase> cases;
  for (const auto& [name, tensor] : file->tensors) {
    const std::size_t length = CaseLength(name, *index);
    if (length == std::string::npos) {
      return absl::InvalidArgumentError(
          StrCat("tensor ", name, " in ", path.string(), " is not named <case>.<tensor>"));
    }
    SelftestCase& test = cases[name.substr(0, length)];
    test.tensors[name.substr(length + 1)] = tensor;
  }
  std::vector<SelftestCase> list;
  for (auto& [name, test] : cases) {
    test.name = name;
    test.settings = index->value(name, Json::object());
    list.push_back(std::move(test));
  }
  return list;
}

}  // namespace rad
