// What a full disk does: an Env over the real file system whose appends fail with "no space" while told so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "absl/time/clock.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "storage/artifact_store.h"
#include "storage/meta_store.h"
#include "storage/sha256.h"
#include "tests/storage/temp_folder.h"

namespace rad {
namespace {

using ::testing::HasSubstr;

using Full = std::shared_ptr<std::atomic<bool>>;

class FullFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FullFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, Full full)
      : FSWritableFileOwnerWrapper(std::move(file)), full_(std::move(full)) {}
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    return *full_ ? rocksdb::IOStatus::NoSpace() : FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& info,
                           rocksdb::IODebugContext* debug) override {
    return *full_ ? rocksdb::IOStatus::NoSpace()
                  : FSWritableFileOwnerWrapper::Append(data, options, info, debug);
  }

 private:
  const Full full_;
};

class FullFileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit FullFileSystem(Full full)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), full_(std::move(full)) {}
  const char* Name() const override { return "FullFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> real;
    const rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &real, debug);
    if (status.ok()) *file = std::make_unique<FullFile>(std::move(real), full_);
    return status;
  }

 private:
  const Full full_;
};

class DiskFull : public ::testing::Test {
 protected:
  TempFolder folder_;
  Full full_ = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(std::make_shared<FullFileSystem>(full_));
};

TEST_F(DiskFull, AStateChangeFailsWholeAndSaysWhy) {
  std::unique_ptr<MetaStore> store = MetaStore::Open(folder_.path() / "meta", env_.get()).value();
  MetaStore::Batch before(*store);
  before.Put(Table::kJobs, "job", "before");
  ASSERT_TRUE(store->Write(std::move(before)).ok());
  *full_ = true;
  MetaStore::Batch after(*store);
  after.Put(Table::kJobs, "job", "after");
  after.Put(Table::kEvents, "job", "after");
  const absl::Status status = store->Write(std::move(after));
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("disk is full"));
  EXPECT_EQ(store->Get(Table::kJobs, "job").value(), "before");
  EXPECT_EQ(store->Get(Table::kEvents, "job").value(), std::nullopt);
}

TEST_F(DiskFull, ACheckpointIsRefusedAndTheOneBeforeStays) {
  const std::string a(50'000, 'a'), b(50'000, 'b');
  {
    std::unique_ptr<ArtifactStore> store = ArtifactStore::Open(folder_.path() / "ckpt", env_.get()).value();
    ASSERT_TRUE(store->PutChunk(Sha256Hex(a), a, absl::Now()).ok());
    ASSERT_TRUE(store->Commit({"first", "m", {Sha256Hex(a)}}).ok());
    *full_ = true;
    absl::Status status = store->PutChunk(Sha256Hex(b), b, absl::Now());
    if (status.ok()) status = store->Commit({"second", "m", {Sha256Hex(b)}});
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_EQ(store->GetChunk(Sha256Hex(a)).value(), a);
  }
  *full_ = false;
  std::unique_ptr<ArtifactStore> store = ArtifactStore::Open(folder_.path() / "ckpt").value();
  EXPECT_EQ(store->GetManifest("first").value(), "m");
  EXPECT_EQ(store->GetChunk(Sha256Hex(a)).value(), a);
  EXPECT_EQ(store->GetManifest("second").value(), std::nullopt);
}

}  // namespace
}  // namespace rad
