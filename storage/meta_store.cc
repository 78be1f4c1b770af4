#include "storage/meta_store.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/failpoint.h"
#include "storage/free_space.h"
#include "storage/rocks_status.h"

namespace rad {
namespace {

constexpr const char* kTableNames[kTableCount] = {"jobs",         "events",   "results",  "scores",
                                                  "logs",         "requests", "counters", "sweeps",
                                                  "sweep_points", "queues",   "drains"};
constexpr absl::string_view kSchemaVersionKey = "schema_version";

rocksdb::Slice AsSlice(absl::string_view text) { return {text.data(), text.size()}; }

std::uint64_t IntProperty(rocksdb::DB& db, const std::string& property) {
  std::uint64_t value = 0;
  return db.GetAggregatedIntProperty(property, &value) ? value : 0;
}

}  // namespace

void MetaStore::Batch::Put(Table table, absl::string_view key, absl::string_view value) {
  batch_.Put(store_.Family(table), AsSlice(key), AsSlice(value));
}

void MetaStore::Batch::Delete(Table table, absl::string_view key) {
  batch_.Delete(store_.Family(table), AsSlice(key));
}

absl::StatusOr<std::unique_ptr<MetaStore>> MetaStore::Open(const std::filesystem::path& folder,
                                                           rocksdb::Env* env) {
  RocksSettings settings{.folder = folder, .env = env};
  for (const char* name : kTableNames) settings.families.push_back({name, {}});
  absl::StatusOr<RocksDatabase> database = OpenRocks(settings);
  if (!database.ok()) return database.status();
  std::unique_ptr<MetaStore> store(new MetaStore(*std::move(database)));
  if (absl::Status status = store->CheckSchemaVersion(); !status.ok()) return status;
  return store;
}

absl::Status MetaStore::CheckSchemaVersion() {
  absl::StatusOr<std::optional<std::string>> stored = Get(Table::kCounters, kSchemaVersionKey);
  if (!stored.ok()) return stored.status();
  const std::string ours = absl::StrCat(kMetaSchemaVersion);
  if (!stored->has_value()) {
    Batch batch(*this);
    batch.Put(Table::kCounters, kSchemaVersionKey, ours);
    return Write(std::move(batch));
  }
  if (**stored == ours) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      database_.db->GetName(), " has schema version ", **stored, ", this coordinator reads version ", ours,
      ": use the coordinator that wrote it, or another --data-dir"));
}

absl::StatusOr<std::optional<std::string>> MetaStore::Get(Table table, absl::string_view key) const {
  std::string value;
  const rocksdb::Status status = database_.db->Get({}, Family(table), AsSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok())
    return FromRocks(status, absl::StrCat("reading table ", kTableNames[static_cast<int>(table)]));
  return value;
}

absl::Status MetaStore::Scan(Table table, absl::string_view prefix, absl::string_view from,
                             const std::function<bool(absl::string_view, absl::string_view)>& visit) const {
  std::unique_ptr<rocksdb::Iterator> row(database_.db->NewIterator({}, Family(table)));
  for (row->Seek(AsSlice(std::max(prefix, from))); row->Valid(); row->Next()) {
    const absl::string_view key(row->key().data(), row->key().size());
    if (!absl::StartsWith(key, prefix)) break;
    if (!visit(key, {row->value().data(), row->value().size()})) break;
  }
  return FromRocks(row->status(), absl::StrCat("scanning table ", kTableNames[static_cast<int>(table)]));
}

absl::Status MetaStore::Write(Batch batch, Durability durability) {
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  Failpoint("meta_before_write");
  const rocksdb::Status status = database_.db->Write(options, &batch.batch_);
  Failpoint("meta_written");
  return FromRocks(status, "writing the meta store");
}

absl::Status MetaStore::CheckFreeSpace() const {
  return rad::CheckFreeSpace(database_.db->GetName(), 0, kReservedForChangesBytes);
}

std::uint64_t MetaStore::DiskBytes() const {
  return IntProperty(*database_.db, rocksdb::DB::Properties::kTotalSstFilesSize);
}

std::uint64_t MetaStore::MemtableBytes() const {
  return IntProperty(*database_.db, rocksdb::DB::Properties::kCurSizeAllMemTables);
}

}  // namespace rad
