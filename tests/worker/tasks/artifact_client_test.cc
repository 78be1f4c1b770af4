#include "worker/tasks/artifact_client.h"

#include <gtest/gtest.h>

#include "tests/worker/fakes/fake_coordinator.h"
#include "tests/worker/tasks/temporary_folder.h"
#include "worker/tasks/file_chunks.h"
#include "worker/wire/channel.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

class ArtifactClientTest : public testing::Test {
 protected:
  ArtifactClient Client(RetryPolicy policy = {}) {
    return ArtifactClient(CoordinatorChannel(coordinator_.address()), {}, std::move(policy));
  }
  v1::Manifest Checkpoint(std::uint64_t step) {
    v1::Manifest manifest;
    manifest.set_kind(v1::Manifest::CHECKPOINT);
    manifest.set_task_digest("digest");
    manifest.set_step(step);
    return manifest;
  }

  FakeCoordinator coordinator_;
  FakeArtifactStore& store_ = coordinator_.store();
  TemporaryFolder source_, target_;
};

TEST_F(ArtifactClientTest, AFolderComesBackAsItWas) {
  source_.Write("weights", NoisyBytes(5 * kChunkBytes + 17, 1));
  source_.Write("deep/empty", "");
  ArtifactClient client = Client();
  const auto id = client.Upload(source_.path(), Checkpoint(7));
  ASSERT_TRUE(id.ok()) << id.status();
  const auto manifest = client.GetManifest(*id);
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->step(), 7u);
  ASSERT_TRUE(client.Download(*manifest, target_.path() / "copy").ok());
  EXPECT_EQ(Content(target_.path() / "copy" / "weights"), Content(source_.path() / "weights"));
  EXPECT_TRUE(fs::exists(target_.path() / "copy" / "deep" / "empty"));
}

TEST_F(ArtifactClientTest, UnchangedChunksAreNotSentAgain) {
  source_.Write("a", NoisyBytes(2 * kChunkBytes, 1));
  source_.Write("b", "first");
  ArtifactClient client = Client();
  ASSERT_TRUE(client.Upload(source_.path(), Checkpoint(1)).ok());
  EXPECT_EQ(store_.puts(), 3);
  source_.Write("b", "second");
  ASSERT_TRUE(client.Upload(source_.path(), Checkpoint(2)).ok());
  EXPECT_EQ(store_.puts(), 4);
}

TEST_F(ArtifactClientTest, EqualChunksOfOneFolderAreSentOnce) {
  source_.Write("a", std::string(3 * kChunkBytes, 'x'));
  ASSERT_TRUE(Client().Upload(source_.path(), Checkpoint(1)).ok());
  EXPECT_EQ(store_.puts(), 1);
}

TEST_F(ArtifactClientTest, NothingIsSentWhereThereIsNoRoom) {
  source_.Write("a", "x");
  store_.FailNextCalls(1, {grpc::StatusCode::RESOURCE_EXHAUSTED, "spec.checkpoint.quota_bytes is 1"});
  const auto id = Client().Upload(source_.path(), Checkpoint(1));
  EXPECT_EQ(id.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(store_.puts(), 0);
}

TEST_F(ArtifactClientTest, ARestartOfTheCoordinatorIsWaitedOut) {
  source_.Write("a", "x");
  store_.FailNextCalls(3, {grpc::StatusCode::UNAVAILABLE, "restarting"});
  EXPECT_TRUE(Client().Upload(source_.path(), Checkpoint(1)).ok());
}

TEST_F(ArtifactClientTest, ButNotForEver) {
  source_.Write("a", "x");
  coordinator_.StopServing();
  const auto id = Client({.patience = absl::Milliseconds(300)}).Upload(source_.path(), Checkpoint(1));
  EXPECT_EQ(id.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(id.status().message()).find("gave up after 300ms"), std::string::npos) << id.status();
}

TEST_F(ArtifactClientTest, NorByATaskThatIsToldToStop) {
  source_.Write("a", "x");
  coordinator_.StopServing();
  const auto id = Client({.stop = [] { return true; }}).Upload(source_.path(), Checkpoint(1));
  EXPECT_EQ(id.status().code(), absl::StatusCode::kCancelled);
}

TEST_F(ArtifactClientTest, AChunkCollectedBeforeTheCommitIsSentAgain) {
  source_.Write("a", "x");
  ArtifactClient client = Client();
  ASSERT_TRUE(client.Upload(source_.path(), Checkpoint(1)).ok());
  store_.ForgetChunk(store_.manifests()[0].files(0).chunks(0).sha256());
  EXPECT_TRUE(client.Upload(source_.path(), Checkpoint(2)).ok());
  EXPECT_EQ(store_.puts(), 2);
}

TEST_F(ArtifactClientTest, AReplacedAttemptIsToldSo) {
  source_.Write("a", "x");
  ArtifactClient client = Client();
  ASSERT_TRUE(client.Upload(source_.path(), Checkpoint(1)).ok());
  store_.RefuseFence();
  // Whether it has chunks to send or not.
  EXPECT_EQ(client.Upload(source_.path(), Checkpoint(2)).status().code(), absl::StatusCode::kAborted);
  source_.Write("a", "y");
  EXPECT_EQ(client.Upload(source_.path(), Checkpoint(3)).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(store_.manifests().size(), 1u);
}

TEST_F(ArtifactClientTest, ADamagedChunkIsFetchedAgain) {
  source_.Write("a", "content");
  ArtifactClient client = Client();
  ASSERT_TRUE(client.Upload(source_.path(), Checkpoint(1)).ok());
  store_.DamageNextChunks(1);
  ASSERT_TRUE(client.Download(store_.manifests()[0], target_.path()).ok());
  EXPECT_EQ(Content(target_.path() / "a"), "content");
}

TEST_F(ArtifactClientTest, OneThatStaysDamagedIsDataLoss) {
  source_.Write("a", "content");
  ArtifactClient client = Client();
  ASSERT_TRUE(client.Upload(source_.path(), Checkpoint(1)).ok());
  store_.DamageNextChunks(100);
  EXPECT_EQ(client.Download(store_.manifests()[0], target_.path()).code(), absl::StatusCode::kDataLoss);
}

TEST_F(ArtifactClientTest, TheLatestCheckpointOfTheTask) {
  ArtifactClient client = Client();
  auto latest = client.LatestCheckpoint("digest");
  ASSERT_TRUE(latest.ok()) << latest.status();
  EXPECT_FALSE(latest->has_value());
  source_.Write("a", "x");
  ASSERT_TRUE(client.Upload(source_.path(), Checkpoint(10)).ok());
  ASSERT_TRUE(client.Upload(source_.path(), Checkpoint(20)).ok());
  latest = client.LatestCheckpoint("digest");
  ASSERT_TRUE(latest.ok());
  EXPECT_EQ((*latest)->step(), 20u);
}

}  // namespace
}  // namespace rad
