// text_files.h: a user's files, found by globs, and plain text in them.
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

// The files that the globs match, each once, sorted. `field` is the spec's, for errors: INVALID_ARGUMENT for
// a glob that matches nothing.
absl::StatusOr<std::vector<std::string>> ListFiles(const std::vector<std::string>& globs,
                                                   const std::string& field);

// All text is held in memory, so it is bounded.
inline constexpr std::int64_t kMaxTextBytes = std::int64_t{4} << 30;

// What ListFiles finds, by path; blank files are passed over. Errors as there; INVALID_ARGUMENT also for only
// blank files and more text than kMaxTextBytes; FAILED_PRECONDITION for a file that cannot be read.
absl::StatusOr<std::vector<TextFile>> ReadTextFiles(const std::vector<std::string>& globs,
                                                    const std::string& field);

}  // namespace rad
