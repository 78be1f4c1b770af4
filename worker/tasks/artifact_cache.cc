#include "worker/tasks/artifact_cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

struct Entry {
  fs::file_time_type used;
  fs::path path;
  std::uint64_t bytes = 0;
};

std::uint64_t BytesBelow(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (at->is_regular_file(gone)) bytes += at->file_size(gone);
  }
  return bytes;
}

// A power cut after the rename must not leave empty files under the final name.
void SyncDisk(const fs::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  syncfs(fd);
  close(fd);
}

bool IsArtifactId(const std::string& id) {
  return !id.empty() && std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isxdigit(c); });
}

}  // namespace

absl::StatusOr<fs::path> ArtifactCache::Get(const std::string& artifact_id, ArtifactClient& client) {
  if (!IsArtifactId(artifact_id)) {
    return absl::InvalidArgumentError(absl::StrCat("'", artifact_id, "' is not an artifact's id"));
  }
  in_use_.insert(artifact_id);
  const fs::path whole = folder_ / artifact_id;
  std::error_code error;
  if (!fs::exists(whole, error)) {
    const auto manifest = client.GetManifest(artifact_id);
    // Not NOT_FOUND, which would tell the task that it has no such input.
    if (absl::IsNotFound(manifest.status())) return absl::DataLossError(manifest.status().message());
    if (!manifest.ok()) return manifest.status();
    const fs::path partial = folder_ / "partial";  // also what an earlier executor's death left
    fs::remove_all(partial, error);
    if (absl::Status fetched = client.Download(*manifest, partial); !fetched.ok()) {
      fs::remove_all(partial, error);
      return fetched;
    }
    SyncDisk(partial);
    fs::rename(partial, whole, error);
    if (error)
      return absl::UnavailableError(absl::StrCat("cannot make ", whole.string(), ": ", error.message()));
  }
  fs::last_write_time(whole, fs::file_time_type::clock::now(), error);  // when it was last used
  Trim();
  return whole;
}

void ArtifactCache::Trim() {
  std::vector<Entry> entries;
  std::uint64_t total_bytes = 0;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    entries.push_back({at->last_write_time(), at->path(), BytesBelow(at->path())});
    total_bytes += entries.back().bytes;
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& entry : entries) {
    if (total_bytes <= limit_bytes_) return;
    if (in_use_.contains(entry.path.filename())) continue;
    fs::remove_all(entry.path, error);
    total_bytes -= entry.bytes;
  }
}

}  // namespace rad
