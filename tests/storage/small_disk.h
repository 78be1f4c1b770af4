// small_disk.h: a folder on a disk of its own that can be filled, where the system permits to mount one.
#pragma once

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace rad {

class SmallDisk {
 public:
  // Over `folder`, which must be there and be used by nobody.
  SmallDisk(std::filesystem::path folder, std::uint64_t bytes)
      : folder_(std::move(folder)),
        mounted_(mount("tmpfs", folder_.c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) ==
                 0) {}
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // False where mounting is not permitted: the test is to be skipped.
  bool mounted() const { return mounted_; }

  // Writes until no more than about `left_bytes` are free; Empty() gives it all back.
  void Fill(std::uint64_t left_bytes) {
    std::ofstream filler(folder_ / "filler", std::ios::binary | std::ios::app);
    const std::string block(1 << 16, 'x');
    while (filler && std::filesystem::space(folder_).available > left_bytes) {
      filler.write(block.data(), static_cast<std::streamsize>(block.size()));
      filler.flush();
    }
  }
  void Empty() { std::filesystem::remove(folder_ / "filler"); }

 private:
  const std::filesystem::path folder_;
  const bool mounted_;
};

}  // namespace rad

#define RAD_REQUIRE_SMALL_DISK(disk) \
  if (!(disk).mounted())             \
  GTEST_SKIP() << "needs the right to mount a tmpfs (root, or a namespace of one's own)"
