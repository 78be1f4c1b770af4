// json.h: JSON that nobody vouches for: valid UTF-8 JSON with bounded nesting, or an error that says where it
// is not.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/status/statusor.h"

namespace rad {

// `what` names the document in the message. Memory used is linear in text.size().
absl::StatusOr<nlohmann::json> ParseJson(std::string_view text, std::string_view what);

// Typed members of an object: nullptr when `object` is none, lacks the key, or holds null or another type
// there.
const nlohmann::json* FindMember(const nlohmann::json& object, const char* key);
const std::string* FindString(const nlohmann::json& object, const char* key);
// False when the member is missing.
bool IsTrue(const nlohmann::json& object, const char* key);

}  // namespace rad
