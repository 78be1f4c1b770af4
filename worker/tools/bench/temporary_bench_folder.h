// temporary_bench_folder.h: a folder for a benchmark's files, gone with it.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

namespace rad {

class TemporaryBenchFolder {
 public:
  TemporaryBenchFolder()
      : path_(std::filesystem::temp_directory_path() / ("rad-bench-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryBenchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryBenchFolder(const TemporaryBenchFolder&) = delete;
  TemporaryBenchFolder& operator=(const TemporaryBenchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rad
