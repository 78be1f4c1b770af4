// valid_utf8.h: protobuf strings must be UTF-8; what a process prints need not be.
#pragma once

#include <string>
#include <string_view>

namespace rad {

// The text with every byte that is not part of valid UTF-8 replaced by '?'.
std::string ValidUtf8(std::string_view bytes);

}  // namespace rad
