// What comes of many writes to a disk that is really full, and has room again.
#include "tests/storage/small_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "storage/artifact_store.h"
#include "storage/meta_store.h"
#include "storage/sha256.h"
#include "tests/storage/temp_folder.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

class SmallDiskTest : public ::testing::Test {
 protected:
  void SetUp() override { RAD_REQUIRE_SMALL_DISK(disk_); }

  // RocksDB looks every few seconds whether there is room again.
  template <typename Write>
  static absl::Status Eventually(const Write& write) {
    const absl::Time end = absl::Now() + absl::Seconds(60);
    absl::Status status = write();
    while (!status.ok() && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(100));
      status = write();
    }
    return status;
  }

  TempFolder folder_;
  SmallDisk disk_{folder_.path(), 192 << 20};
};

TEST_F(SmallDiskTest, StateIsWrittenAgainOnceThereIsRoomWithoutARestart) {
  const std::string value(1 << 20, 'v');
  int written = 0;
  std::unique_ptr<MetaStore> store = MetaStore::Open(folder_.path() / "meta").value();
  const auto write = [&] {
    MetaStore::Batch batch(*store);
    batch.Put(Table::kEvents, absl::StrCat("event-", written), absl::StrCat(written, value));
    absl::Status status = store->Write(std::move(batch));
    if (status.ok()) ++written;
    return status;
  };
  ASSERT_TRUE(write().ok());
  disk_.Fill(0);
  absl::Status refused;
  for (int i = 0; i < 300 && refused.ok(); ++i) refused = write();
  ASSERT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("disk is full"));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(absl::IsResourceExhausted(write()));
  EXPECT_TRUE(absl::IsResourceExhausted(store->CheckFreeSpace()));
  disk_.Empty();
  const absl::Status again = Eventually(write);
  EXPECT_TRUE(again.ok()) << again;
  for (const bool reopened : {false, true}) {
    if (reopened) {
      store.reset();
      store = MetaStore::Open(folder_.path() / "meta").value();
    }
    for (int i = 0; i < written; ++i) {
      EXPECT_EQ(store->Get(Table::kEvents, absl::StrCat("event-", i)).value(), absl::StrCat(i, value)) << i;
    }
  }
}

// The reserve is what keeps chunks from meeting a full disk; here something else has taken it.
TEST_F(SmallDiskTest, ChunksAreStoredAgainOnceThereIsRoomWithoutARestart) {
  std::unique_ptr<ArtifactStore> store = ArtifactStore::Open(folder_.path() / "ckpt").value();
  const auto put = [&](int number) {
    std::string data = absl::StrCat("chunk ", number);
    data.resize(1 << 20, '.');
    const absl::Status status = store->PutChunk(Sha256Hex(data), data, absl::Now());
    return status.ok() ? store->Commit({absl::StrCat("artifact-", number), "m", {Sha256Hex(data)}}) : status;
  };
  ASSERT_TRUE(put(0).ok());
  std::string data(1 << 20, 'x');
  ASSERT_TRUE(store->PutChunk(Sha256Hex(data), data, absl::Now()).ok());
  disk_.Fill(0);
  const absl::Status refused = store->Commit({"artifact-1", "m", {Sha256Hex(data)}});
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_TRUE(absl::IsResourceExhausted(put(2)));
  disk_.Empty();
  const absl::Status again = Eventually([&] { return put(3); });
  EXPECT_TRUE(again.ok()) << again;
  store.reset();
  store = ArtifactStore::Open(folder_.path() / "ckpt").value();
  EXPECT_TRUE(store->GetManifest("artifact-0").value().has_value());
  EXPECT_TRUE(store->IsWhole("artifact-0").value());
  EXPECT_TRUE(store->IsWhole("artifact-3").value());
}

}  // namespace
}  // namespace rad
