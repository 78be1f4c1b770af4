// key_value_file.h: records as people write them down: `key: value` lines, a blank line between records.
// No torch.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace rad {

struct KeyValue {
  std::string key, value;  // trimmed, not empty
};
using Record = std::vector<KeyValue>;  // not empty, its keys distinct

// `field` names the file in messages: "evaluate.records". Bytes that are not UTF-8 become U+FFFD.
// INVALID_ARGUMENT: no such file, more than kMaxKeyValueBytes, a line without key or value (its number is
// named), a key twice in a record, less than two records.
absl::StatusOr<std::vector<Record>> ReadRecords(const std::filesystem::path& path, std::string_view field);

// The same file's lines as one list, for files whose lines are independent: their keys are distinct
// throughout.
absl::StatusOr<std::vector<KeyValue>> ReadDefinitions(const std::filesystem::path& path,
                                                      std::string_view field);

// Hex SHA-256 of such a file as it is now; errors as above, but for what its lines say.
absl::StatusOr<std::string> KeyValueDigest(const std::filesystem::path& path, std::string_view field);

// All of it is held in memory, so it is bounded.
inline constexpr std::int64_t kMaxKeyValueBytes = std::int64_t{64} << 20;

}  // namespace rad
