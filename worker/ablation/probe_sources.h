// probe_sources.h: what a user's files give a probe instead of the built-in words and numbers: keys, values
// and the text in which needles hide. No torch.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace rad {

// An empty one is not asked for.
struct ProbePaths {
  std::string text;  // a file or glob
  std::string keys, values;
};

// What was not asked for is empty.
struct ProbeSources {
  std::string text;  // of all files, by path, with a blank line between them
  std::vector<std::string> keys, values;
};

// Hex SHA-256 of each source, whatever its path is; empty for an empty one.
struct ProbeDigests {
  std::string text, keys, values;
  friend bool operator==(const ProbeDigests&, const ProbeDigests&) = default;
};

// Words are lines without surrounding white space, in Unicode's normal form C; blank lines are passed over.
// Errors name the field (probe.text, probe.key_file, probe.value_file) and the file: one that is missing, a
// word that is there twice, is not UTF-8 or is longer than kMaxWordBytes.
absl::StatusOr<ProbeSources> ReadProbeSources(const ProbePaths& paths);

inline constexpr std::size_t kMaxWordBytes = 200;

ProbeDigests DigestsOf(const ProbeSources& sources);

}  // namespace rad
