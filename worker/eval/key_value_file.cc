#include "worker/eval/key_value_file.h"

#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "worker/model/sha256.h"
#include "worker/model/str_cat.h"
#include "worker/text/tokenizer.h"

namespace rad {
namespace {

constexpr std::size_t kShownBytes = 60;  // of a faulty line

struct Line {
  int number = 0;
  KeyValue pair;
};

absl::StatusOr<std::string> ReadBounded(const std::filesystem::path& path, std::string_view field) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) {
    return absl::InvalidArgumentError(
        StrCat(field, ": cannot read ", path.string(), "; give a file that exists on every worker"));
  }
  if (bytes > static_cast<std::uintmax_t>(kMaxKeyValueBytes)) {
    return absl::InvalidArgumentError(
        StrCat(field, ": ", path.string(), " has ", bytes, " bytes; give at most ", kMaxKeyValueBytes));
  }
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

absl::Status AtLine(std::string_view field, const std::filesystem::path& path, int number,
                    std::string_view fault) {
  return absl::InvalidArgumentError(StrCat(field, ": ", path.string(), ":", number, ": ", fault));
}

// The lines of each group between blank lines.
absl::StatusOr<std::vector<std::vector<Line>>> ReadGroups(const std::filesystem::path& path,
                                                          std::string_view field) {
  const auto bytes = ReadBounded(path, field);
  if (!bytes.ok()) return bytes.status();
  const std::string text = ReplaceInvalidUtf8(*bytes);
  std::vector<std::vector<Line>> groups;
  bool in_group = false;
  int number = 0;
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (line.empty()) {
      in_group = false;
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    const absl::string_view key = absl::StripAsciiWhitespace(parts.first),
                            value = absl::StripAsciiWhitespace(parts.second);
    if (key.empty() || value.empty()) {
      return AtLine(field, path, number,
                    StrCat("\"", line.substr(0, kShownBytes), "\" is not of the form key: value"));
    }
    if (!in_group) groups.emplace_back();
    in_group = true;
    groups.back().push_back({number, {std::string(key), std::string(value)}});
  }
  return groups;
}

// Appends the pairs of lines; a key that `keys` has already is an error.
absl::Status Append(const std::vector<Line>& lines, const std::filesystem::path& path, std::string_view field,
                    std::set<std::string>& keys, std::vector<KeyValue>& pairs) {
  for (const Line& line : lines) {
    if (!keys.insert(line.pair.key).second) {
      return AtLine(field, path, line.number,
                    StrCat("\"", line.pair.key, "\" is there twice, so that no question has one answer"));
    }
    pairs.push_back(line.pair);
  }
  return absl::OkStatus();
}

absl::Status TooFew(std::string_view field, const std::filesystem::path& path, std::size_t count,
                    std::string_view what) {
  return absl::InvalidArgumentError(
      StrCat(field, ": ", path.string(), " has ", count, " ", what, "; give at least 2"));
}

}  // namespace

absl::StatusOr<std::string> KeyValueDigest(const std::filesystem::path& path, std::string_view field) {
  const auto bytes = ReadBounded(path, field);
  if (!bytes.ok()) return bytes.status();
  return Sha256Hex(*bytes);
}

absl::StatusOr<std::vector<Record>> ReadRecords(const std::filesystem::path& path, std::string_view field) {
  const auto groups = ReadGroups(path, field);
  if (!groups.ok()) return groups.status();
  std::vector<Record> records;
  for (const std::vector<Line>& group : *groups) {
    std::set<std::string> keys;
    absl::Status status = Append(group, path, field, keys, records.emplace_back());
    if (!status.ok()) return status;
  }
  if (records.size() < 2) return TooFew(field, path, records.size(), "records");
  return records;
}

absl::StatusOr<std::vector<KeyValue>> ReadDefinitions(const std::filesystem::path& path,
                                                      std::string_view field) {
  const auto groups = ReadGroups(path, field);
  if (!groups.ok()) return groups.status();
  std::set<std::string> terms;
  std::vector<KeyValue> definitions;
  for (const std::vector<Line>& group : *groups) {
    absl::Status status = Append(group, path, field, terms, definitions);
    if (!status.ok()) return status;
  }
  if (definitions.size() < 2) return TooFew(field, path, definitions.size(), "definitions");
  return definitions;
}

}  // namespace rad
