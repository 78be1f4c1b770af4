// str_cat.h: absl::StrCat for std::string_view. Debian builds Abseil for C++14, where absl::string_view is a
// class of its own that std::string_view does not convert to.
#pragma once

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace rad {

template <typename T>
const T& AbslPart(const T& part) {
  return part;
}
inline absl::string_view AbslPart(const std::string_view& part) { return {part.data(), part.size()}; }

template <typename... Parts>
std::string StrCat(const Parts&... parts) {
  return absl::StrCat(AbslPart(parts)...);
}

}  // namespace rad
