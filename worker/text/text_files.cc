#include "worker/text/text_files.h"

#include <glob.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace rad {
namespace {

absl::Status AddMatches(const std::string& pattern, const std::string& field, std::set<std::string>& paths) {
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
    return absl::InvalidArgumentError(absl::StrCat(field, ": cannot list \"", pattern, "\""));
  }
  if (!any) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": \"", pattern,
                                                   "\" matches no file; give a glob of files that exist on "
                                                   "every worker"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const std::string& path, const std::string& field) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in && !in.eof()) {
    return absl::FailedPreconditionError(
        absl::StrCat(field, ": cannot read ", path, "; check its permissions on every worker"));
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ListFiles(const std::vector<std::string>& globs,
                                                   const std::string& field) {
  std::set<std::string> paths;
  for (const std::string& pattern : globs) {
    if (absl::Status status = AddMatches(pattern, field, paths); !status.ok()) return status;
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

absl::StatusOr<std::vector<TextFile>> ReadTextFiles(const std::vector<std::string>& globs,
                                                    const std::string& field) {
  const absl::StatusOr<std::vector<std::string>> paths = ListFiles(globs, field);
  if (!paths.ok()) return paths.status();
  std::vector<TextFile> files;
  std::int64_t bytes = 0;
  for (const std::string& path : *paths) {
    absl::StatusOr<std::string> text = ReadText(path, field);
    if (!text.ok()) return text.status();
    if (absl::StripAsciiWhitespace(*text).empty()) continue;
    bytes += static_cast<std::int64_t>(text->size());
    if (bytes > kMaxTextBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": more than ", kMaxTextBytes, " bytes match; narrow the globs"));
    }
    files.push_back({path, *std::move(text)});
  }
  if (files.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ": all ", paths->size(), " matching files are blank; name files with text in them"));
  }
  return files;
}

}  // namespace rad
