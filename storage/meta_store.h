// meta_store.h: the coordinator's small, precious state: jobs, events, results, scores, logs. Tables of byte
// strings ordered by key, in one RocksDB database; what the bytes mean is the caller's affair. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/write_batch.h"
#include "storage/rocks_open.h"

namespace rad {

// Raised when stored bytes change their meaning; an older or newer folder is refused, never guessed at.
inline constexpr std::uint32_t kMetaSchemaVersion = 2;

// While less than this is free on the disk no new work is to be taken on, so that what becomes of the work
// under way can still be written.
inline constexpr std::uint64_t kReservedForChangesBytes = 16 << 20;

// Those that an older folder lacks are made when it is opened.
enum class Table {
  kJobs,
  kEvents,
  kResults,
  kScores,
  kLogs,
  kRequests,
  kCounters,
  kSweeps,
  kSweepPoints,
  kQueues,
  kDrains
};
inline constexpr int kTableCount = 11;

enum class Durability {
  kSynced,    // survives a power cut once Write has returned
  kBuffered,  // survives a crash of the process only: logs
};

class MetaStore {
 public:
  // Changes that happen together or not at all.
  class Batch {
   public:
    explicit Batch(const MetaStore& store) : store_(store) {}
    void Put(Table table, absl::string_view key, absl::string_view value);
    void Delete(Table table, absl::string_view key);

   private:
    friend class MetaStore;
    const MetaStore& store_;
    rocksdb::WriteBatch batch_;
  };

  // FAILED_PRECONDITION: another coordinator has it open, or its schema version is not ours.
  static absl::StatusOr<std::unique_ptr<MetaStore>> Open(const std::filesystem::path& folder,
                                                         rocksdb::Env* env = nullptr);

  absl::StatusOr<std::optional<std::string>> Get(Table table, absl::string_view key) const;
  // Calls `visit` for every key that starts with `prefix` and is at least `from`, in order, until it returns
  // false.
  absl::Status Scan(Table table, absl::string_view prefix, absl::string_view from,
                    const std::function<bool(absl::string_view key, absl::string_view value)>& visit) const;
  // RESOURCE_EXHAUSTED while the disk has but kReservedForChangesBytes left.
  absl::Status CheckFreeSpace() const;
  // After an error none of the batch is visible, and the next Write may be tried: once a full disk has room
  // again, it is taken.
  absl::Status Write(Batch batch, Durability durability = Durability::kSynced);

  std::uint64_t DiskBytes() const;
  std::uint64_t MemtableBytes() const;

  // For backups.h.
  rocksdb::DB* database() const { return database_.db.get(); }

 private:
  explicit MetaStore(RocksDatabase database) : database_(std::move(database)) {}
  rocksdb::ColumnFamilyHandle* Family(Table table) const {
    return database_.families[static_cast<int>(table)];
  }
  absl::Status CheckSchemaVersion();

  RocksDatabase database_;
};

}  // namespace rad
