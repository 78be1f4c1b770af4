#include "worker/tasks/file_chunks.h"

#include <algorithm>
#include <fstream>
#include <span>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "worker/model/crc32c.h"
#include "worker/model/sha256.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

absl::Status CannotRead(const fs::path& path) {
  return absl::UnavailableError(absl::StrCat("cannot read ", path.string()));
}

absl::StatusOr<v1::File> DescribeFile(const fs::path& folder, const fs::path& path) {
  v1::File file;
  file.set_path(path.lexically_relative(folder).generic_string());
  std::ifstream in(path, std::ios::binary);
  std::string bytes;
  while (in) {
    bytes.resize(kChunkBytes);
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    if (bytes.empty()) break;
    v1::Chunk* chunk = file.add_chunks();
    chunk->set_sha256(Sha256Hex(bytes));
    chunk->set_size(static_cast<std::uint32_t>(bytes.size()));
    chunk->set_crc32c(Crc32c(std::as_bytes(std::span(bytes))));
    file.set_size(file.size() + bytes.size());
  }
  if (!in.eof()) return CannotRead(path);
  return file;
}

}  // namespace

absl::StatusOr<std::vector<v1::File>> DescribeFolder(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->is_directory()) continue;
    if (!fs::is_regular_file(at->symlink_status())) {
      return absl::InvalidArgumentError(absl::StrCat(at->path().string(), " is not a regular file"));
    }
    paths.push_back(at->path());
  }
  if (error) return CannotRead(folder);
  std::sort(paths.begin(), paths.end());
  std::vector<v1::File> files;
  for (const fs::path& path : paths) {
    auto file = DescribeFile(folder, path);
    if (!file.ok()) return file.status();
    files.push_back(*std::move(file));
  }
  return files;
}

absl::StatusOr<std::string> ReadChunk(const fs::path& folder, const v1::File& file, int index) {
  std::string bytes(file.chunks(index).size(), '\0');
  std::ifstream in(folder / file.path(), std::ios::binary);
  in.seekg(static_cast<std::streamoff>(kChunkBytes) * index);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    return CannotRead(folder / file.path());
  return bytes;
}

absl::Status CheckFile(const v1::File& file) {
  const fs::path path = file.path();
  const bool upward =
      std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
  if (path.empty() || path.is_absolute() || upward || !path.has_filename()) {
    return absl::DataLossError(absl::StrCat("the manifest names the file '", file.path(), "'"));
  }
  std::uint64_t size = 0;
  for (const v1::Chunk& chunk : file.chunks()) {
    if (chunk.size() > kChunkBytes) {
      return absl::DataLossError(absl::StrCat(file.path(), ": a chunk of ", chunk.size(), " bytes"));
    }
    size += chunk.size();
  }
  if (size == file.size()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(file.path(), ": chunks of ", size, " bytes, size ", file.size()));
}

absl::Status CheckChunk(const v1::Chunk& chunk, std::string_view bytes) {
  // The quick sum first: it tells bytes hurt on the way from bytes that are another chunk's.
  if (bytes.size() != chunk.size() || Crc32c(std::as_bytes(std::span(bytes))) != chunk.crc32c() ||
      Sha256Hex(bytes) != chunk.sha256()) {
    return absl::DataLossError(absl::StrCat("chunk ", chunk.sha256(), " arrived damaged"));
  }
  return absl::OkStatus();
}

}  // namespace rad
