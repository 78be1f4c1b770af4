// data_folder.h: the folder a worker owns: attempts/ holds one folder per attempt under way, cache/ the
// artifacts that executors fetched, tokens/ the text that they tokenised. One agent per folder.
#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"
#include "rad/v1/worker.pb.h"

namespace rad {

class DataFolder {
 public:
  // Makes the folder if need be, locks it and removes what earlier attempts left.
  // FAILED_PRECONDITION when another agent has it; INVALID_ARGUMENT when it cannot be written.
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(const std::filesystem::path& path);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // An empty folder for this attempt.
  absl::StatusOr<std::filesystem::path> MakeAttempt(const v1::Fence& fence);

 private:
  DataFolder(std::filesystem::path path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}
  std::filesystem::path path_;
  int lock_fd_;
};

}  // namespace rad
