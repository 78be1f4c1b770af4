// sha256.h: SHA-256 of bytes in memory.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rad::cli {

std::string Sha256Hex(absl::string_view bytes);  // 64 lower-case digits

}  // namespace rad::cli
