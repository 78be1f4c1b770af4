#include "worker/model/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "worker/model/str_cat.h"

namespace rad {
namespace {

constexpr std::size_t kMaxWriteBytes = std::size_t{1} << 30;  // Linux writes at most 2 GiB a call

absl::Status SystemError(const std::filesystem::path& path, const char* what) {
  const int error = errno;
  const std::string message = StrCat(path.string(), ": cannot ", what, ": ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(message + "; free some space and try again");
  }
  return absl::UnavailableError(message);
}

absl::Status SyncFolder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError(folder, "open");
  const absl::Status status = fsync(fd) == 0 ? absl::OkStatus() : SystemError(folder, "sync");
  close(fd);
  return status;
}

}  // namespace

absl::StatusOr<AtomicFile> AtomicFile::Create(const std::filesystem::path& path) {
  std::string temporary = path.string() + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return SystemError(path, "create a temporary file beside it");
  return AtomicFile(path, temporary, fd);
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::exchange(other.fd_, -1)) {}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(temporary_.c_str());
}

absl::Status AtomicFile::Write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), std::min(bytes.size(), kMaxWriteBytes));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError(path_, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Write(std::string_view text) { return Write(std::as_bytes(std::span(text))); }

absl::Status AtomicFile::Commit() {
  // mkostemp made it readable by its owner only; a model is a file like others.
  if (fchmod(fd_, 0644) != 0) return SystemError(path_, "set the mode");
  if (fsync(fd_) != 0) return SystemError(path_, "sync");
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return SystemError(path_, "rename into place");
  close(std::exchange(fd_, -1));
  const auto folder = path_.parent_path();
  return SyncFolder(folder.empty() ? "." : folder);
}

}  // namespace rad
