#include "storage/meta_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "tests/storage/temp_folder.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<MetaStore> Open(const TempFolder& folder) {
  absl::StatusOr<std::unique_ptr<MetaStore>> store = MetaStore::Open(folder.path() / "meta");
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

void Put(MetaStore& store, Table table, const std::string& key, const std::string& value) {
  MetaStore::Batch batch(store);
  batch.Put(table, key, value);
  ASSERT_TRUE(store.Write(std::move(batch)).ok());
}

std::vector<std::string> Keys(const MetaStore& store, Table table, const std::string& prefix,
                              const std::string& from) {
  std::vector<std::string> keys;
  EXPECT_TRUE(store
                  .Scan(table, prefix, from,
                        [&](absl::string_view key, absl::string_view) {
                          keys.emplace_back(key);
                          return true;
                        })
                  .ok());
  return keys;
}

// The newest write-ahead log of the database.
std::filesystem::path LogFile(const TempFolder& folder) {
  std::vector<std::filesystem::path> logs;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "meta")) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  return *std::max_element(logs.begin(), logs.end());
}

TEST(MetaStore, KeepsBatchesOverReopening) {
  TempFolder folder;
  {
    std::unique_ptr<MetaStore> store = Open(folder);
    MetaStore::Batch batch(*store);
    batch.Put(Table::kJobs, "job-1", "one");
    batch.Put(Table::kEvents, "job-1", "event");
    batch.Put(Table::kJobs, "gone", "x");
    batch.Delete(Table::kJobs, "gone");
    ASSERT_TRUE(store->Write(std::move(batch)).ok());
  }
  std::unique_ptr<MetaStore> store = Open(folder);
  EXPECT_EQ(store->Get(Table::kJobs, "job-1").value(), "one");
  EXPECT_EQ(store->Get(Table::kEvents, "job-1").value(), "event");
  EXPECT_EQ(store->Get(Table::kJobs, "gone").value(), std::nullopt);
  EXPECT_EQ(store->Get(Table::kResults, "job-1").value(), std::nullopt);
}

TEST(MetaStore, AFolderFromBeforeATableWasAddedOpensAndGetsIt) {
  TempFolder folder;
  { Put(*Open(folder), Table::kJobs, "job-1", "one"); }
  {
    RocksSettings settings{.folder = folder.path() / "meta"};
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, settings.folder.string(), &names).ok());
    for (const std::string& name : names) {
      if (name != rocksdb::kDefaultColumnFamilyName) settings.families.push_back({name, {}});
    }
    absl::StatusOr<RocksDatabase> database = OpenRocks(settings);
    ASSERT_TRUE(database.ok()) << database.status();
    int dropped = 0;
    for (rocksdb::ColumnFamilyHandle* family : database->families) {
      if (family->GetName() != "queues" && family->GetName() != "drains") continue;
      ASSERT_TRUE(database->db->DropColumnFamily(family).ok());
      ++dropped;
    }
    ASSERT_EQ(dropped, 2);
  }
  std::unique_ptr<MetaStore> store = Open(folder);
  EXPECT_EQ(store->Get(Table::kJobs, "job-1").value(), "one");
  Put(*store, Table::kQueues, "research", "settings");
  EXPECT_EQ(store->Get(Table::kQueues, "research").value(), "settings");
}

TEST(MetaStore, ScansAPrefixFromAKeyInOrder) {
  TempFolder folder;
  std::unique_ptr<MetaStore> store = Open(folder);
  for (const char* key : {"b/3", "a/9", "b/1", "b/2", "c/0"}) Put(*store, Table::kEvents, key, "");
  EXPECT_THAT(Keys(*store, Table::kEvents, "b/", ""), ElementsAre("b/1", "b/2", "b/3"));
  EXPECT_THAT(Keys(*store, Table::kEvents, "b/", "b/2"), ElementsAre("b/2", "b/3"));
  EXPECT_THAT(Keys(*store, Table::kEvents, "d/", ""), ElementsAre());
}

TEST(MetaStore, RefusesASecondCoordinator) {
  TempFolder folder;
  std::unique_ptr<MetaStore> first = Open(folder);
  const absl::Status second = MetaStore::Open(folder.path() / "meta").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
  EXPECT_THAT(second.message(), HasSubstr("another coordinator"));
  EXPECT_THAT(second.message(), HasSubstr("--data-dir"));
}

TEST(MetaStore, RefusesAnotherSchemaVersion) {
  TempFolder folder;
  Put(*Open(folder), Table::kCounters, "schema_version", "999");
  const absl::Status status = MetaStore::Open(folder.path() / "meta").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(status.message(), HasSubstr("999"));
}

TEST(MetaStore, RefusesTablesOfANewerVersion) {
  TempFolder folder;
  Open(folder).reset();
  {
    rocksdb::Options options;
    std::vector<std::string> names;
    const std::string path = folder.path() / "meta";
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(options, path, &names).ok());
    RocksSettings newer{.folder = path};
    for (const std::string& name : names) {
      if (name != "default") newer.families.push_back({name, {}});
    }
    newer.families.push_back({"of_tomorrow", {}});
    ASSERT_TRUE(OpenRocks(newer).ok());
  }
  const absl::Status status = MetaStore::Open(folder.path() / "meta").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("of_tomorrow"));
}

// A crash may cut the log anywhere: whole batches survive, a torn one is gone as a whole, whatever the cut.
TEST(MetaStore, ATornLogLosesWholeBatchesOnly) {
  TempFolder original;
  {
    std::unique_ptr<MetaStore> store = Open(original);
    for (int i = 0; i < 3; ++i) {
      MetaStore::Batch batch(*store);
      batch.Put(Table::kJobs, "job", std::string(50, static_cast<char>('a' + i)));
      batch.Put(Table::kEvents, "job", std::string(50, static_cast<char>('a' + i)));
      ASSERT_TRUE(store->Write(std::move(batch)).ok());
    }
  }
  const std::uintmax_t bytes = std::filesystem::file_size(LogFile(original));
  ASSERT_GT(bytes, 300u);
  std::set<std::string> seen;
  for (std::uintmax_t cut = 0; cut < 400; cut += 37) {
    TempFolder copy;
    std::filesystem::copy(original.path(), copy.path(), std::filesystem::copy_options::recursive);
    std::filesystem::resize_file(LogFile(copy), bytes - cut);
    std::unique_ptr<MetaStore> store = Open(copy);
    const std::optional<std::string> job = store->Get(Table::kJobs, "job").value();
    EXPECT_EQ(job, store->Get(Table::kEvents, "job").value()) << "cut " << cut;
    seen.insert(job.value_or(""));
  }
  EXPECT_GE(seen.size(), 3u);  // the cuts did tear different batches
}

TEST(MetaStore, DamagedTablesAreDataLoss) {
  TempFolder folder;
  {
    std::unique_ptr<MetaStore> store = Open(folder);
    for (int i = 0; i < 200; ++i)
      Put(*store, Table::kJobs, "job-" + std::to_string(i), std::string(400, 'v'));
  }
  Open(folder).reset();  // recovery writes the log's content into a table file
  int damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "meta")) {
    if (entry.path().extension() != ".sst" || entry.file_size() < 3000) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(500);
    file.write(std::string(64, '#').data(), 64);
    ++damaged;
  }
  ASSERT_GT(damaged, 0);
  std::unique_ptr<MetaStore> store = Open(folder);
  const absl::Status status = store->Scan(Table::kJobs, "", "", [](auto, auto) { return true; });
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

}  // namespace
}  // namespace rad
