#include "worker/tasks/artifact_cache.h"

#include <gtest/gtest.h>

#include "tests/worker/fakes/fake_coordinator.h"
#include "tests/worker/tasks/temporary_folder.h"
#include "worker/wire/channel.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

class ArtifactCacheTest : public testing::Test {
 protected:
  std::string Store(const std::string& content) {
    TemporaryFolder folder;
    folder.Write("file", content);
    const auto id = client_.Upload(folder.path(), {});
    EXPECT_TRUE(id.ok()) << id.status();
    return *id;
  }
  fs::path Get(const std::string& id, std::uint64_t limit_bytes = 1 << 20) {
    const auto path = ArtifactCache(folder_.path(), limit_bytes).Get(id, client_);
    EXPECT_TRUE(path.ok()) << path.status();
    return *path;
  }

  FakeCoordinator coordinator_;
  FakeArtifactStore& store_ = coordinator_.store();
  ArtifactClient client_{CoordinatorChannel(coordinator_.address()), {}, {}};
  TemporaryFolder folder_;
};

TEST_F(ArtifactCacheTest, AnArtifactIsFetchedOnce) {
  const std::string id = Store("content");
  EXPECT_EQ(Content(Get(id) / "file"), "content");
  EXPECT_EQ(Content(Get(id) / "file"), "content");
  EXPECT_EQ(store_.gets(), 1);
}

TEST_F(ArtifactCacheTest, AFailedFetchLeavesNothingThatLooksWhole) {
  const std::string id = Store("content");
  store_.DamageNextChunks(100);
  EXPECT_EQ(ArtifactCache(folder_.path(), 1 << 20).Get(id, client_).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
  store_.DamageNextChunks(0);
  EXPECT_EQ(Content(Get(id) / "file"), "content");
}

TEST_F(ArtifactCacheTest, WhatADeadExecutorLeftIsNoArtifact) {
  folder_.Write("partial/other", "half");
  const std::string id = Store("content");
  EXPECT_FALSE(fs::exists(Get(id) / "other"));
}

TEST_F(ArtifactCacheTest, TheLeastRecentlyUsedGoFirst) {
  const std::string a = Store(std::string(100, 'a')), b = Store(std::string(100, 'b')),
                    c = Store(std::string(100, 'c'));
  Get(a), Get(b), Get(a);
  Get(c, /*limit_bytes=*/250);
  EXPECT_TRUE(fs::exists(folder_.path() / a));
  EXPECT_FALSE(fs::exists(folder_.path() / b));
  EXPECT_TRUE(fs::exists(folder_.path() / c));
}

TEST_F(ArtifactCacheTest, WhatTheTaskUsesStaysWhateverItWeighs) {
  const std::string a = Store(std::string(100, 'a')), b = Store(std::string(100, 'b'));
  ArtifactCache cache(folder_.path(), /*limit_bytes=*/10);
  ASSERT_TRUE(cache.Get(a, client_).ok());
  ASSERT_TRUE(cache.Get(b, client_).ok());
  EXPECT_TRUE(fs::exists(folder_.path() / a));
}

TEST_F(ArtifactCacheTest, AnArtifactThatTheStoreLostIsNotAMissingInput) {
  EXPECT_EQ(ArtifactCache(folder_.path(), 1).Get("abc123", client_).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(ArtifactCacheTest, AnIdIsNoPath) {
  EXPECT_EQ(ArtifactCache(folder_.path(), 1).Get("../x", client_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rad
