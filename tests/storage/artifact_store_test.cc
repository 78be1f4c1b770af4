#include "storage/artifact_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "storage/sha256.h"
#include "tests/storage/temp_folder.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);
const absl::Time kMuchLater = kNow + absl::Hours(24);

std::unique_ptr<ArtifactStore> Open(const TempFolder& folder) {
  absl::StatusOr<std::unique_ptr<ArtifactStore>> store = ArtifactStore::Open(folder.path() / "ckpt");
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

std::string Content(char c) { return std::string(10'000, c); }

std::string PutContent(ArtifactStore& store, char c) {
  const std::string digest = Sha256Hex(Content(c));
  const absl::Status status = store.PutChunk(digest, Content(c), kNow);
  EXPECT_TRUE(status.ok()) << status;
  return digest;
}

TEST(ArtifactStore, ACommittedArtifactSurvivesReopening) {
  TempFolder folder;
  std::string a, b;
  {
    std::unique_ptr<ArtifactStore> store = Open(folder);
    a = PutContent(*store, 'a');
    b = PutContent(*store, 'b');
    ASSERT_TRUE(store->Commit({"artifact", "manifest", {a, b, a}}).ok());
  }
  std::unique_ptr<ArtifactStore> store = Open(folder);
  EXPECT_EQ(store->GetManifest("artifact").value(), "manifest");
  EXPECT_EQ(store->GetChunk(a).value(), Content('a'));
  EXPECT_EQ(store->GetChunk(b).value(), Content('b'));
  EXPECT_THAT(store->Missing({a, b}, kNow).value(), IsEmpty());
}

TEST(ArtifactStore, ChunksWithoutAManifestAreGoneAfterReopening) {
  TempFolder folder;
  std::string kept, orphan;
  {
    std::unique_ptr<ArtifactStore> store = Open(folder);
    kept = PutContent(*store, 'k');
    orphan = PutContent(*store, 'o');
    ASSERT_TRUE(store->Commit({"artifact", "m", {kept}}).ok());  // flushes both chunks
  }
  std::unique_ptr<ArtifactStore> store = Open(folder);
  EXPECT_THAT(store->Missing({kept, orphan}, kNow).value(), ElementsAre(orphan));
  EXPECT_TRUE(absl::IsNotFound(store->GetChunk(orphan).status()));
}

TEST(ArtifactStore, MissingNamesEachAbsentChunkOnce) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> store = Open(folder);
  const std::string a = PutContent(*store, 'a');
  const std::string x = Sha256Hex("x"), y = Sha256Hex("y");
  EXPECT_THAT(store->Missing({y, a, x, y}, kNow).value(), ElementsAre(y, x));
}

TEST(ArtifactStore, RefusesWhatIsNotItsDigest) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> store = Open(folder);
  EXPECT_TRUE(absl::IsInvalidArgument(store->PutChunk(Sha256Hex("x"), "y", kNow)));
  const std::string large(kMaxChunkBytes + 1, 'x');
  EXPECT_TRUE(absl::IsInvalidArgument(store->PutChunk(Sha256Hex(large), large, kNow)));
}

TEST(ArtifactStore, ACommitWithAMissingChunkChangesNothing) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> store = Open(folder);
  const std::string a = PutContent(*store, 'a');
  const absl::Status status = store->Commit({"artifact", "m", {a, Sha256Hex("absent")}});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(status.message(), HasSubstr(Sha256Hex("absent")));
  EXPECT_EQ(store->GetManifest("artifact").value(), std::nullopt);
}

TEST(ArtifactStore, SharedChunksStayUntilTheLastArtifactGoes) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> store = Open(folder);
  const std::string shared = PutContent(*store, 's'), own = PutContent(*store, 'o');
  ASSERT_TRUE(store->Commit({"first", "m", {shared, own}}).ok());
  ASSERT_TRUE(store->Commit({"second", "m", {shared}}).ok());
  ASSERT_TRUE(store->Delete("first", kMuchLater).ok());
  EXPECT_TRUE(absl::IsNotFound(store->GetChunk(own).status()));
  EXPECT_EQ(store->GetChunk(shared).value(), Content('s'));
  ASSERT_TRUE(store->Delete("second", kMuchLater).ok());
  EXPECT_TRUE(absl::IsNotFound(store->GetChunk(shared).status()));
}

// Between an uploader's question and its commit, another checkpoint's end must not take the chunk away.
TEST(ArtifactStore, AChunkAnUploaderWasToldOfIsNotDropped) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> store = Open(folder);
  const std::string a = PutContent(*store, 'a');
  ASSERT_TRUE(store->Commit({"old", "m", {a}}).ok());
  EXPECT_THAT(store->Missing({a}, kMuchLater).value(), IsEmpty());
  ASSERT_TRUE(store->Delete("old", kMuchLater + absl::Minutes(1)).ok());
  EXPECT_TRUE(store->Commit({"new", "m", {a}}).ok());
}

// Checkpoints follow one another faster than promises end.
TEST(ArtifactStore, ACommittedArtifactsChunksGoWithItHoweverNewTheyAre) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> store = Open(folder);
  const std::string a = PutContent(*store, 'a');
  ASSERT_TRUE(store->Commit({"artifact", "m", {a}}).ok());
  ASSERT_TRUE(store->Delete("artifact", kNow).ok());
  EXPECT_THAT(store->Missing({a}, kNow).value(), ElementsAre(a));
}

TEST(ArtifactStore, ChunksOfAnUploadThatNeverEndedGoOnceTheirTimeIsUp) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> store = Open(folder);
  const std::string orphan = PutContent(*store, 'o'), a = PutContent(*store, 'a');
  for (const absl::Time now : {kNow, kMuchLater}) {
    ASSERT_TRUE(store->Commit({"artifact", "m", {a}}).ok());
    ASSERT_TRUE(store->Delete("artifact", now).ok());
    EXPECT_EQ(store->GetChunk(orphan).ok(), now == kNow);
    PutContent(*store, 'a');
  }
}

TEST(ArtifactStore, DroppedChunksGiveTheirDiskSpaceBack) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> store = Open(folder);
  std::string data(kMaxChunkBytes / 8, '\0');
  std::vector<std::string> chunks;
  for (int i = 0; i < 80; ++i) {
    for (std::size_t k = 0; k < data.size(); ++k) data[k] = static_cast<char>((k * 2654435761u + i) >> 7);
    chunks.push_back(Sha256Hex(data));
    ASSERT_TRUE(store->PutChunk(chunks.back(), data, kNow).ok());
  }
  ASSERT_TRUE(store->Commit({"large", "m", chunks}).ok());
  const std::uint64_t full = store->DiskBytes();
  EXPECT_GT(full, chunks.size() * data.size());
  ASSERT_TRUE(store->Delete("large", kMuchLater).ok());
  EXPECT_LT(store->DiskBytes(), full / 10);
}

// Overwrites a byte of what stands in the files of chunks.
void DamageFiles(const TempFolder& folder, char content) {
  int damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "ckpt")) {
    if (entry.path().extension() != ".blob") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    const std::size_t at = bytes.find(std::string(100, content));
    if (at == std::string::npos) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at + 50));
    file.put('!');
    ++damaged;
  }
  ASSERT_EQ(damaged, 1);
}

class DamagedChunk : public ::testing::Test {
 protected:
  DamagedChunk() {
    std::unique_ptr<ArtifactStore> store = Open(folder_);
    bad_ = PutContent(*store, 'c');
    good_ = PutContent(*store, 'g');
    EXPECT_TRUE(store->Commit({"first", "m", {bad_, good_}}).ok());
    EXPECT_TRUE(store->Commit({"second", "m", {bad_}}).ok());
    EXPECT_TRUE(store->Commit({"sound", "m", {good_}}).ok());
    store.reset();
    DamageFiles(folder_, 'c');
    store_ = Open(folder_);
  }

  TempFolder folder_;
  std::string bad_, good_;
  std::unique_ptr<ArtifactStore> store_;
};

TEST_F(DamagedChunk, IsNamedAndNeverServed) {
  const absl::Status status = store_->GetChunk(bad_).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr(bad_));
}

TEST_F(DamagedChunk, IsDroppedAndWhatNamesItIsNotWhole) {
  EXPECT_TRUE(store_->IsWhole("first").value());  // nobody has found it yet
  EXPECT_THAT(store_->DropDamaged(good_).value(), IsEmpty());
  EXPECT_THAT(store_->DropDamaged(bad_).value(), ElementsAre("first", "second"));
  EXPECT_THAT(store_->DropDamaged(bad_).value(), IsEmpty());  // once
  for (const bool reopened : {false, true}) {
    if (reopened) {
      store_.reset();
      store_ = Open(folder_);
    }
    EXPECT_FALSE(store_->IsWhole("first").value());
    EXPECT_FALSE(store_->IsWhole("second").value());
    EXPECT_TRUE(store_->IsWhole("sound").value());
    const absl::Status status = store_->GetChunk(bad_).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  }
  EXPECT_EQ(store_->GetChunk(good_).value(), Content('g'));
}

TEST_F(DamagedChunk, IsMissingUntilStoredAgainWhichHealsAll) {
  ASSERT_TRUE(store_->DropDamaged(bad_).ok());
  EXPECT_THAT(store_->Missing({bad_, good_}, kNow).value(), ElementsAre(bad_));
  EXPECT_TRUE(absl::IsFailedPrecondition(store_->Commit({"third", "m", {bad_}})));
  PutContent(*store_, 'c');
  ASSERT_TRUE(store_->Commit({"third", "m", {bad_}}).ok());
  EXPECT_TRUE(store_->IsWhole("first").value());
  EXPECT_EQ(store_->GetChunk(bad_).value(), Content('c'));
}

// Copying live chunks out of a file must not come upon the damaged bytes: it would fail, and all writes after
// it.
TEST_F(DamagedChunk, DoesNotStopTheStore) {
  ASSERT_TRUE(store_->DropDamaged(bad_).ok());
  std::vector<std::string> chunks;
  for (int i = 0; i < 70; ++i) {
    const std::string data = std::string(5'000, 'x') + std::to_string(i);
    chunks.push_back(Sha256Hex(data));
    ASSERT_TRUE(store_->PutChunk(chunks.back(), data, kNow).ok());
  }
  ASSERT_TRUE(store_->Commit({"large", "m", chunks}).ok());
  ASSERT_TRUE(store_->Delete("large", kMuchLater).ok());  // enough to copy what is left
  PutContent(*store_, 'n');
  EXPECT_TRUE(store_->Commit({"new", "m", {Sha256Hex(Content('n'))}}).ok());
  EXPECT_EQ(store_->GetChunk(good_).value(), Content('g'));
}

TEST(ArtifactStore, RefusesASecondCoordinator) {
  TempFolder folder;
  std::unique_ptr<ArtifactStore> first = Open(folder);
  EXPECT_TRUE(absl::IsFailedPrecondition(ArtifactStore::Open(folder.path() / "ckpt").status()));
}

}  // namespace
}  // namespace rad
