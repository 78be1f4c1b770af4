#include "worker/model/json.h"

#include <optional>

#include "worker/model/str_cat.h"

namespace rad {
namespace {

// Model files nest about six deep; the bound keeps recursive code safe.
constexpr int kMaxDepth = 64;

// The offset at which brackets outside strings nest deeper than kMaxDepth.
std::optional<std::size_t> FindTooDeep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<nlohmann::json> ParseJson(std::string_view text, std::string_view what) {
  if (const auto at = FindTooDeep(text)) {
    return absl::InvalidArgumentError(
        StrCat(what, ": JSON nested deeper than ", kMaxDepth, " levels at byte ", *at, "; flatten it"));
  }
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    return absl::InvalidArgumentError(
        StrCat(what, ": not valid JSON at byte ", error.byte, " of ", text.size(), "; is the file whole?"));
  } catch (const nlohmann::json::out_of_range&) {
    return absl::InvalidArgumentError(StrCat(what, ": a number is too large to be represented"));
  }
}

const nlohmann::json* FindMember(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const std::string* FindString(const nlohmann::json& object, const char* key) {
  const nlohmann::json* member = FindMember(object, key);
  return member == nullptr ? nullptr : member->get_ptr<const std::string*>();
}

bool IsTrue(const nlohmann::json& object, const char* key) {
  const nlohmann::json* member = FindMember(object, key);
  return member != nullptr && *member == true;
}

}  // namespace rad
