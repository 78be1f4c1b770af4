#include "worker/agent/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

absl::Status CannotUse(const std::filesystem::path& path, const std::error_code& error) {
  return absl::InvalidArgumentError(absl::StrCat("--data-dir: cannot use ", path.string(), ": ",
                                                 error.message(),
                                                 "; name a folder that this user can write"));
}

// A task's id is the coordinator's to choose: only its harmless characters become part of a path.
std::string FolderName(const v1::Fence& fence) {
  std::string name;
  for (const char c : fence.task_id()) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return absl::StrCat(name.substr(0, 100), "-", fence.attempt(), "-", fence.epoch());
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path);
  std::filesystem::create_directories(whole / "cache", error);
  if (error) return CannotUse(whole, error);
  const int lock = open((whole / "LOCK").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return CannotUse(whole, std::error_code(errno, std::generic_category()));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return absl::FailedPreconditionError(absl::StrCat(
        "--data-dir: ", whole.string(), " belongs to another running worker; give each its own folder"));
  }
  std::unique_ptr<DataFolder> folder(new DataFolder(whole, lock));
  std::filesystem::remove_all(whole / "attempts", error);
  if (!error) std::filesystem::create_directories(whole / "attempts", error);
  if (error) return CannotUse(whole, error);
  return folder;
}

DataFolder::~DataFolder() { close(lock_fd_); }

absl::StatusOr<std::filesystem::path> DataFolder::MakeAttempt(const v1::Fence& fence) {
  const std::filesystem::path folder = path_ / "attempts" / FolderName(fence);
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (!error) std::filesystem::create_directories(folder, error);
  if (error)
    return absl::UnavailableError(absl::StrCat("cannot make ", folder.string(), ": ", error.message()));
  return folder;
}

}  // namespace rad
