// sha256.h: the name of a content: 64 hex digits.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rad {

std::string Sha256Hex(absl::string_view bytes);

// Whether `text` has the form that Sha256Hex gives.
bool IsSha256Hex(absl::string_view text);

}  // namespace rad
