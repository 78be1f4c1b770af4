// in_file.h: an error and the file it is about.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "worker/model/str_cat.h"

namespace rad {

// "<path>: <message>", under the same code.
inline absl::Status InFile(const std::filesystem::path& path, const absl::Status& status) {
  return absl::Status(status.code(), StrCat(path.string(), ": ", std::string(status.message())));
}

}  // namespace rad
