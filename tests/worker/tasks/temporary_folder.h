// A folder for one test, gone with it.
#pragma once

#include <filesystem>
#include <string>

namespace rad {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }
  void Write(const std::string& name, const std::string& bytes) const;

 private:
  std::filesystem::path path_;
};

// The content of a file.
std::string Content(const std::filesystem::path& path);
// Bytes that do not repeat within a chunk.
std::string NoisyBytes(std::size_t size, unsigned seed);

}  // namespace rad
