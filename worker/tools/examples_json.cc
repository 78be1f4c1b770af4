#include "worker/tools/examples_json.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "worker/model/json.h"
#include "worker/tools/json_lines.h"

namespace rad {

nlohmann::json ExamplesJson(std::span<const ProbeExample> examples) {
  nlohmann::json list = nlohmann::json::array();
  for (const ProbeExample& example : examples)
    list.push_back({{"ids", example.ids}, {"answer_len", example.answer_len}});
  return {{"examples", std::move(list)}};
}

absl::StatusOr<std::vector<ProbeExample>> ReadExamples(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("--examples: cannot read ", path));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto json = ParseJson(text, path);
  if (!json.ok()) return json.status();
  const nlohmann::json* list = FindMember(*json, "examples");
  if (list == nullptr || !list->is_array() || list->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": \"examples\" must be an array with at least one example"));
  }
  std::vector<ProbeExample> examples;
  for (const nlohmann::json& item : *list) {
    auto ids = IdsIn(item);
    const nlohmann::json* answer_len = FindMember(item, "answer_len");
    const std::string where = absl::StrCat(path, ": examples[", examples.size(), "]: ");
    if (!ids.ok()) return absl::InvalidArgumentError(absl::StrCat(where, ids.status().message()));
    if (answer_len == nullptr || !answer_len->is_number_integer() || *answer_len < 1 ||
        *answer_len >= ids->size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, "\"answer_len\" is ", answer_len == nullptr ? "missing" : answer_len->dump(),
                       "; it must be at least 1 and less than the ", ids->size(), " ids"));
    }
    examples.push_back({*std::move(ids), answer_len->get<int>()});
  }
  return examples;
}

}  // namespace rad
