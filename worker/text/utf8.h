// utf8.h: one step through bytes that may or may not be UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rad {

struct Utf8Char {
  char32_t code = 0;
  std::size_t bytes = 0;  // at least 1 on non-empty input
  bool valid = false;     // when false, bytes is the length of the maximal invalid part (Unicode 3.9, U+FFFD)
};

// The character at the start of non-empty text.
Utf8Char FirstUtf8Char(std::string_view text);

// The offset of the first byte that is not UTF-8, or npos.
std::size_t FindInvalidUtf8(std::string_view text);

void AppendUtf8(char32_t code, std::string& out);

}  // namespace rad
