#include "worker/data/source_files.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "worker/model/mapped_file.h"
#include "worker/model/sha256.h"
#include "worker/text/text_files.h"

namespace rad {
namespace {

absl::StatusOr<std::string> ContentOf(const std::filesystem::path& path) {
  const auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  Sha256 sum;
  sum.Update(file->bytes());
  return sum.Finish();
}

}  // namespace

absl::StatusOr<SourceFiles> FilesOfSource(const DataSource& source, const std::string& field,
                                          const ReadProgress& progress) {
  const auto paths = ListFiles(source.globs, field);
  if (!paths.ok()) return paths.status();
  SourceFiles files{field, source, {paths->begin(), paths->end()}};
  std::error_code error;  // shows at the reading
  for (const std::filesystem::path& path : files.paths)
    files.bytes += std::filesystem::file_size(path, error);
  std::uint64_t done_bytes = 0;
  std::vector<std::string> contents;
  for (const std::filesystem::path& path : files.paths) {
    auto content = ContentOf(path);
    if (!content.ok())
      return absl::Status(content.status().code(), absl::StrCat(field, ": ", content.status().message()));
    contents.push_back(*std::move(content));
    done_bytes += std::filesystem::file_size(path, error);
    if (absl::Status status = progress ? progress(done_bytes, files.bytes) : absl::OkStatus(); !status.ok())
      return status;
  }
  std::sort(contents.begin(), contents.end());  // names must not matter
  std::string text = absl::StrCat("kind ", static_cast<int>(source.kind), "\n");
  if (source.kind == DataSource::Kind::kJsonl) absl::StrAppend(&text, "field ", source.field, "\n");
  for (const std::string& content : contents) absl::StrAppend(&text, content, "\n");
  files.digest = Sha256Hex(text);
  return files;
}

absl::StatusOr<std::vector<SourceFiles>> ListSourceFiles(const DataSpec& spec, const ReadProgress& progress) {
  std::vector<SourceFiles> all;
  const std::vector<DataSource> sources = SourcesOf(spec);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto files = FilesOfSource(sources[i], FieldOf(spec, i), progress);
    if (!files.ok()) return files.status();
    all.push_back(*std::move(files));
  }
  return all;
}

std::string DigestOf(const std::vector<SourceFiles>& sources) {
  if (sources.empty()) return "";
  std::string text;
  for (const SourceFiles& source : sources) absl::StrAppend(&text, source.digest, "\n");
  return Sha256Hex(text);
}

}  // namespace rad
