#include "worker/tasks/file_chunks.h"

#include <gtest/gtest.h>

#include "tests/worker/tasks/temporary_folder.h"
#include "worker/model/sha256.h"

namespace rad {
namespace {

v1::File FileNamed(const std::string& path) {
  v1::File file;
  file.set_path(path);
  return file;
}

TEST(FileChunksTest, FilesAreSortedAndCutAtFourMebibytes) {
  TemporaryFolder folder;
  const std::string large = NoisyBytes(kChunkBytes + 5, 1);
  folder.Write("b/large", large);
  folder.Write("a", "x");
  folder.Write("empty", "");
  const auto files = DescribeFolder(folder.path());
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 3u);
  EXPECT_EQ((*files)[0].path(), "a");
  const v1::File& file = (*files)[1];
  EXPECT_EQ(file.path(), "b/large");
  EXPECT_EQ(file.size(), large.size());
  ASSERT_EQ(file.chunks_size(), 2);
  EXPECT_EQ(file.chunks(1).size(), 5u);
  EXPECT_EQ(file.chunks(1).sha256(), Sha256Hex(large.substr(kChunkBytes)));
  EXPECT_EQ((*files)[2].chunks_size(), 0);
  EXPECT_EQ(*ReadChunk(folder.path(), file, 1), large.substr(kChunkBytes));
  EXPECT_TRUE(CheckChunk(file.chunks(0), large.substr(0, kChunkBytes)).ok());
}

TEST(FileChunksTest, AFileOfExactlyOneChunkHasOne) {
  TemporaryFolder folder;
  folder.Write("f", std::string(kChunkBytes, 'x'));
  EXPECT_EQ(DescribeFolder(folder.path())->at(0).chunks_size(), 1);
}

TEST(FileChunksTest, ALinkIsRefused) {
  TemporaryFolder folder;
  std::filesystem::create_symlink("/etc/hostname", folder.path() / "link");
  EXPECT_EQ(DescribeFolder(folder.path()).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(FileChunksTest, AMissingFolderIsAnError) { EXPECT_FALSE(DescribeFolder("/nonexistent/folder").ok()); }

TEST(FileChunksTest, APathOutOfTheFolderIsRefused) {
  for (const char* path : {"", "/etc/x", "../x", "a/../../x", "a/"}) {
    EXPECT_EQ(CheckFile(FileNamed(path)).code(), absl::StatusCode::kDataLoss) << path;
  }
  for (const char* path : {"x", "a/b..c", "..a"}) EXPECT_TRUE(CheckFile(FileNamed(path)).ok()) << path;
}

TEST(FileChunksTest, ChunksMustAddUp) {
  v1::File file = FileNamed("x");
  file.set_size(3);
  file.add_chunks()->set_size(2);
  EXPECT_EQ(CheckFile(file).code(), absl::StatusCode::kDataLoss);
  file.mutable_chunks(0)->set_size(kChunkBytes + 1);
  file.set_size(kChunkBytes + 1);
  EXPECT_EQ(CheckFile(file).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace rad
