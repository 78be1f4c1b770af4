// rocks_open.h: opens one RocksDB database with a fixed list of column families.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rocksdb/db.h"

namespace rad {

struct RocksFamily {
  std::string name;
  rocksdb::ColumnFamilyOptions options;
};

// A database and its families, closed together.
struct RocksDatabase {
  RocksDatabase() = default;
  RocksDatabase(RocksDatabase&&) = default;
  RocksDatabase& operator=(RocksDatabase&&) = delete;
  ~RocksDatabase();

  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // in the order asked for
};

struct RocksSettings {
  std::filesystem::path folder;
  std::vector<RocksFamily> families;
  // What families hold without a log reaches the disk together, in one step.
  bool atomic_flush = false;
  rocksdb::Env* env = nullptr;  // null: the real file system
};

// Makes the folder and missing families. FAILED_PRECONDITION when another process has the database open, or
// when it has families that are not asked for: nothing was changed then.
absl::StatusOr<RocksDatabase> OpenRocks(const RocksSettings& settings);

}  // namespace rad
