// text_files.h: a user's plain text files, found by globs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace rad {

struct TextFile {
  std::string path;
  std::string text;  // not blank; bytes as in the file
};

// All text is held in memory, so it is bounded.
inline constexpr std::int64_t kMaxTextBytes = std::int64_t{4} << 30;

// The files that the globs match, each once, by path; blank ones are passed over. `field` is the spec's, for
// errors: INVALID_ARGUMENT for a glob that matches nothing, only blank files, more text than kMaxTextBytes;
// FAILED_PRECONDITION for a file that cannot be read.
absl::StatusOr<std::vector<TextFile>> ReadTextFiles(const std::vector<std::string>& globs,
                                                    const std::string& field);

}  // namespace rad
