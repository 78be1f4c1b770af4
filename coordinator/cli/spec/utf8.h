// utf8.h: protobuf strings must be UTF-8; text from outside is checked before it becomes one.
#pragma once

#include "absl/strings/string_view.h"

namespace rad::cli {

// No overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(absl::string_view text);

}  // namespace rad::cli
