#include "worker/tools/json_lines.h"

#include <limits>
#include <string>

#include "worker/model/json.h"
#include "worker/model/str_cat.h"

namespace rad {

absl::Status AnswerJsonLines(
    std::istream& in, std::ostream& out,
    const std::function<absl::StatusOr<nlohmann::json>(const nlohmann::json&)>& answer) {
  std::string line;
  for (std::int64_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    const std::string where = StrCat("line ", number);
    auto request = ParseJson(line, where);
    if (!request.ok()) return request.status();
    auto reply = answer(*request);
    if (!reply.ok()) {
      return absl::Status(reply.status().code(), StrCat(where, ": ", std::string(reply.status().message())));
    }
    out << reply->dump() << std::endl;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::int32_t>> IdsIn(const nlohmann::json& request) {
  const nlohmann::json* list = FindMember(request, "ids");
  if (list == nullptr || !list->is_array())
    return absl::InvalidArgumentError("\"ids\" must be an array of integers");
  std::vector<std::int32_t> ids;
  ids.reserve(list->size());
  for (const nlohmann::json& id : *list) {
    if (!id.is_number_integer() || id < 0 || id > std::numeric_limits<std::int32_t>::max()) {
      return absl::InvalidArgumentError(StrCat("\"ids\" holds ", id.dump(), ", which is no token id"));
    }
    ids.push_back(id.get<std::int32_t>());
  }
  return ids;
}

}  // namespace rad
