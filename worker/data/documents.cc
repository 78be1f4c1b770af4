#include "worker/data/documents.h"

#include <glob.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "worker/ablation/split_mix.h"

namespace rad {
namespace {

absl::Status AddMatches(const std::string& pattern, std::set<std::string>& paths) {
  glob_t found{};
  const int result = glob(pattern.c_str(), GLOB_BRACE | GLOB_TILDE, nullptr, &found);
  bool any = false;
  for (std::size_t i = 0; i < found.gl_pathc; ++i) {
    if (!std::filesystem::is_regular_file(found.gl_pathv[i])) continue;
    paths.insert(found.gl_pathv[i]);
    any = true;
  }
  globfree(&found);
  if (result != 0 && result != GLOB_NOMATCH) {
    return absl::InvalidArgumentError(absl::StrCat("data.text: cannot list \"", pattern, "\""));
  }
  if (!any) {
    return absl::InvalidArgumentError(absl::StrCat("data.text: \"", pattern,
                                                   "\" matches no file; give a glob of plain text files that "
                                                   "exist on every worker"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in && !in.eof()) {
    return absl::FailedPreconditionError(
        absl::StrCat("data.text: cannot read ", path, "; check its permissions on every worker"));
  }
  return text;
}

std::uint64_t ContentHash(const std::string& text, std::uint64_t seed) {
  std::uint64_t hash = seed ^ 0xcbf29ce484222325U;  // FNV-1a
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3U;
  return SplitMix({hash}).Next();
}

absl::StatusOr<std::vector<Document>> ReadAll(const DataSpec& spec) {
  std::set<std::string> paths;
  for (const std::string& pattern : spec.text) {
    if (absl::Status status = AddMatches(pattern, paths); !status.ok()) return status;
  }
  std::vector<Document> documents;
  std::int64_t bytes = 0;
  for (const std::string& path : paths) {
    absl::StatusOr<std::string> text = ReadText(path);
    if (!text.ok()) return text.status();
    if (absl::StripAsciiWhitespace(*text).empty()) continue;
    bytes += static_cast<std::int64_t>(text->size());
    if (bytes > kMaxTextBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("data.text: more than ", kMaxTextBytes, " bytes match; narrow the globs"));
    }
    documents.push_back({path, *std::move(text)});
  }
  if (documents.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "data.text: all ", paths.size(), " matching files are blank; name files with text in them"));
  }
  return documents;
}

}  // namespace

absl::StatusOr<DocumentSplit> ReadDocuments(const DataSpec& spec) {
  DocumentSplit split;
  if (spec.text.empty()) return split;
  absl::StatusOr<std::vector<Document>> documents = ReadAll(spec);
  if (!documents.ok()) return documents.status();
  if (spec.held_out_share <= 0) {
    split.train = *std::move(documents);
    return split;
  }
  const std::size_t count = documents->size();
  if (count < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "data.held_out_share: ", spec.held_out_share, " of one document (", documents->front().path,
        ") cannot be held out, as documents are never divided; add files or set it to 0"));
  }
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t i = 0; i < count; ++i) order.emplace_back(ContentHash((*documents)[i].text, spec.seed), i);
  std::sort(order.begin(), order.end());
  const auto wanted =
      static_cast<std::size_t>(std::llround(spec.held_out_share * static_cast<double>(count)));
  std::set<std::size_t> held_out;
  for (std::size_t i = 0; i < std::clamp<std::size_t>(wanted, 1, count - 1); ++i)
    held_out.insert(order[i].second);
  for (std::size_t i = 0; i < count; ++i) {
    (held_out.contains(i) ? split.held_out : split.train).push_back(std::move((*documents)[i]));
  }
  return split;
}

}  // namespace rad
