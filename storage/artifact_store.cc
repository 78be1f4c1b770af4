#include "storage/artifact_store.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/failpoint.h"
#include "rocksdb/write_batch.h"
#include "storage/chunk_record.h"
#include "storage/free_space.h"
#include "storage/rocks_status.h"
#include "storage/sha256.h"

namespace rad {
namespace {

// Families: `chunks` holds the records, `stored` their digests alone (looking a digest up must not read
// megabytes). References: key "<chunk digest>/<artifact id>" says that the artifact names the chunk, and
// "a/<artifact id>" holds the digests of an artifact's chunks, one a line.
constexpr absl::string_view kByArtifact = "a/";

// Files all of whose chunks were dropped go with the next compaction of the keys. What is left beside dropped
// chunks is copied to free theirs once as many were dropped as are stored, so that on the average a chunk is
// copied once, and not for less than 64 of 4 MiB.
constexpr std::uint64_t kLeastDropsToCompact = 64;

rocksdb::Slice AsSlice(absl::string_view text) { return {text.data(), text.size()}; }

rocksdb::ColumnFamilyOptions ChunkOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.enable_blob_files =
      true;  // chunks are large: keep them out of the tree, so that compaction is cheap
  options.min_blob_size = 4096;
  options.blob_file_size = 256 << 20;
  options.enable_blob_garbage_collection = true;
  options.blob_garbage_collection_age_cutoff = 0;  // none is copied but by DropChunks
  options.write_buffer_size = 64 << 20;
  options.compression = rocksdb::kNoCompression;  // weights do not compress
  return options;
}

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

// Chunks skip the log: Commit flushes them to their files before the manifest is written.
rocksdb::WriteOptions Unlogged() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

std::uint64_t IntProperty(rocksdb::DB& db, const std::string& property) {
  std::uint64_t value = 0;
  return db.GetAggregatedIntProperty(property, &value) ? value : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArtifactStore>> ArtifactStore::Open(const std::filesystem::path& folder,
                                                                   rocksdb::Env* env) {
  absl::StatusOr<RocksDatabase> database = OpenRocks(
      {.folder = folder,
       .families = {{"chunks", ChunkOptions()}, {"stored", {}}, {"manifests", {}}, {"references", {}}},
       .atomic_flush = true,
       .env = env});
  if (!database.ok()) return database.status();
  std::unique_ptr<ArtifactStore> store(new ArtifactStore(*std::move(database), folder));
  if (absl::Status status = store->DropOrphans(); !status.ok()) return status;
  return store;
}

absl::StatusOr<bool> ArtifactStore::HasChunk(absl::string_view digest) const {
  std::string nothing;
  const rocksdb::Status status = database_.db->Get({}, Of(kStored), AsSlice(digest), &nothing);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return FromRocks(status, absl::StrCat("looking for chunk ", digest));
  return true;
}

absl::StatusOr<std::vector<std::string>> ArtifactStore::Missing(const std::vector<std::string>& digests,
                                                                absl::Time now) {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> missing;
  std::set<absl::string_view> seen;
  for (const std::string& digest : digests) {
    if (!seen.insert(digest).second) continue;
    absl::StatusOr<bool> present = HasChunk(digest);
    if (!present.ok()) return present.status();
    if (!*present) missing.push_back(digest);
    if (*present) promised_until_[digest] = now + kUploadGrace;
  }
  return missing;
}

absl::Status ArtifactStore::CheckFreeSpace(std::uint64_t bytes) const {
  return rad::CheckFreeSpace(folder_, bytes, kReservedDiskBytes);
}

absl::Status ArtifactStore::PutChunk(absl::string_view digest, absl::string_view data, absl::Time now) {
  if (data.size() > kMaxChunkBytes) {
    return absl::InvalidArgumentError(absl::StrCat("chunk ", digest, " has ", data.size(), " bytes; at most ",
                                                   kMaxChunkBytes, " are stored"));
  }
  if (const std::string actual = Sha256Hex(data); actual != digest) {
    return absl::InvalidArgumentError(
        absl::StrCat("chunk ", digest, " holds bytes whose SHA-256 is ", actual, ": send it again"));
  }
  if (absl::Status status = CheckFreeSpace(data.size()); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  promised_until_[std::string(digest)] = now + kUploadGrace;
  rocksdb::WriteBatch batch;
  batch.Put(Of(kChunks), AsSlice(digest), EncodeChunk(data));
  batch.Put(Of(kStored), AsSlice(digest), "");
  const rocksdb::Status status = database_.db->Write(Unlogged(), &batch);
  Failpoint("chunk_written");
  return FromRocks(status, absl::StrCat("storing chunk ", digest));
}

absl::StatusOr<std::string> ArtifactStore::GetChunk(absl::string_view digest) const {
  std::string record;
  rocksdb::Status status = database_.db->Get({}, Of(kChunks), AsSlice(digest), &record);
  if (status.IsNotFound()) {
    if (!IsReferenced(digest)) return absl::NotFoundError(absl::StrCat("no chunk ", digest));
    return absl::DataLossError(absl::StrCat("chunk ", digest, " was damaged and is no longer served: ",
                                            "restore the data folder from a backup, or run the stage again"));
  }
  if (!status.ok()) return FromRocks(status, absl::StrCat("reading chunk ", digest));
  return DecodeChunk(digest, std::move(record));
}

absl::StatusOr<bool> ArtifactStore::IsDamaged(absl::string_view digest) const {
  const absl::StatusOr<std::string> data = GetChunk(digest);
  if (data.ok()) return Sha256Hex(*data) != digest;
  if (absl::IsDataLoss(data.status())) return true;
  return data.status();
}

absl::StatusOr<std::vector<std::string>> ArtifactStore::DropDamaged(absl::string_view digest) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<bool> present = HasChunk(digest);
  if (!present.ok()) return present.status();
  if (!*present) return std::vector<std::string>();
  for (int reads = 0; reads < 2; ++reads) {  // a bad read is not yet bad bytes
    const absl::StatusOr<bool> damaged = IsDamaged(digest);
    if (!damaged.ok()) return damaged.status();
    if (!*damaged) return std::vector<std::string>();
  }
  // Not kept for looking at: a compaction that comes upon them would fail, and with it every later write.
  rocksdb::WriteBatch batch;
  batch.Delete(Of(kChunks), AsSlice(digest));
  batch.Delete(Of(kStored), AsSlice(digest));
  rocksdb::Status status = database_.db->Write(Unlogged(), &batch);
  if (status.ok()) status = database_.db->Flush(rocksdb::FlushOptions(), {Of(kChunks), Of(kStored)});
  if (!status.ok()) return FromRocks(status, absl::StrCat("dropping damaged chunk ", digest));
  return ArtifactsNaming(digest);
}

absl::StatusOr<bool> ArtifactStore::IsWhole(absl::string_view id) const {
  const absl::StatusOr<std::vector<std::string>> chunks = ChunksOf(id);
  if (!chunks.ok()) return chunks.status();
  for (const std::string& digest : *chunks) {
    const absl::StatusOr<bool> present = HasChunk(digest);
    if (!present.ok() || !*present) return present;
  }
  return true;
}

absl::Status ArtifactStore::Commit(const ArtifactRecord& artifact) {
  absl::MutexLock lock(&mutex_);
  const std::set<std::string> chunks(artifact.chunks.begin(), artifact.chunks.end());
  rocksdb::WriteBatch batch;
  std::string lines;
  for (const std::string& digest : chunks) {
    absl::StatusOr<bool> present = HasChunk(digest);
    if (!present.ok()) return present.status();
    if (!*present) {
      return absl::FailedPreconditionError(absl::StrCat("artifact ", artifact.id, " names chunk ", digest,
                                                        ", which is not stored: upload it first"));
    }
    batch.Put(Of(kReferences), absl::StrCat(digest, "/", artifact.id), "");
    absl::StrAppend(&lines, digest, "\n");
  }
  batch.Put(Of(kReferences), absl::StrCat(kByArtifact, artifact.id), lines);
  batch.Put(Of(kManifests), artifact.id, artifact.manifest);
  // The order that makes a readable manifest whole: chunks to the disk, then the manifest with its
  // references.
  Failpoint("commit_before_flush");
  rocksdb::Status status = database_.db->Flush(rocksdb::FlushOptions(), {Of(kChunks), Of(kStored)});
  Failpoint("commit_flushed");
  if (status.ok()) status = database_.db->Write(Synced(), &batch);
  Failpoint("commit_written");
  if (!status.ok()) return FromRocks(status, absl::StrCat("committing artifact ", artifact.id));
  for (const std::string& digest : chunks) promised_until_.erase(digest);  // the manifest holds them now
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> ArtifactStore::GetManifest(absl::string_view id) const {
  std::string manifest;
  const rocksdb::Status status = database_.db->Get({}, Of(kManifests), AsSlice(id), &manifest);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return FromRocks(status, absl::StrCat("reading manifest ", id));
  return manifest;
}

absl::Status ArtifactStore::ForEach(
    const std::function<void(absl::string_view, absl::string_view)>& visit) const {
  std::unique_ptr<rocksdb::Iterator> row(database_.db->NewIterator({}, Of(kManifests)));
  for (row->SeekToFirst(); row->Valid(); row->Next()) {
    visit({row->key().data(), row->key().size()}, {row->value().data(), row->value().size()});
  }
  return FromRocks(row->status(), "listing manifests");
}

absl::StatusOr<std::vector<std::string>> ArtifactStore::ChunksOf(absl::string_view id) const {
  std::string lines;
  const rocksdb::Status status =
      database_.db->Get({}, Of(kReferences), absl::StrCat(kByArtifact, id), &lines);
  if (!status.ok()) return FromRocks(status, absl::StrCat("reading the chunk list of artifact ", id));
  return absl::StrSplit(lines, '\n', absl::SkipEmpty());
}

bool ArtifactStore::IsReferenced(absl::string_view digest) const {
  const std::string prefix = absl::StrCat(digest, "/");
  std::unique_ptr<rocksdb::Iterator> row(database_.db->NewIterator({}, Of(kReferences)));
  row->Seek(prefix);
  // An unreadable index counts as a reference: better an orphan too many than a chunk too few.
  return !row->status().ok() || (row->Valid() && row->key().starts_with(prefix));
}

absl::StatusOr<std::vector<std::string>> ArtifactStore::ArtifactsNaming(absl::string_view digest) const {
  const std::string prefix = absl::StrCat(digest, "/");
  std::vector<std::string> ids;
  std::unique_ptr<rocksdb::Iterator> row(database_.db->NewIterator({}, Of(kReferences)));
  for (row->Seek(prefix); row->Valid() && row->key().starts_with(prefix); row->Next()) {
    ids.push_back(row->key().ToString().substr(prefix.size()));
  }
  if (!row->status().ok())
    return FromRocks(row->status(), absl::StrCat("looking for artifacts of chunk ", digest));
  return ids;
}

absl::Status ArtifactStore::Delete(absl::string_view id, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::vector<std::string>> chunks = ChunksOf(id);
  if (!chunks.ok()) return chunks.status();
  rocksdb::WriteBatch batch;
  batch.Delete(Of(kManifests), AsSlice(id));
  batch.Delete(Of(kReferences), absl::StrCat(kByArtifact, id));
  for (const std::string& digest : *chunks) batch.Delete(Of(kReferences), absl::StrCat(digest, "/", id));
  if (rocksdb::Status status = database_.db->Write(Synced(), &batch); !status.ok()) {
    return FromRocks(status, absl::StrCat("deleting artifact ", id));
  }
  Failpoint("delete_written");
  // With them go those of uploads that were never committed.
  std::vector<std::string> candidates = *std::move(chunks);
  std::erase_if(promised_until_, [&](const auto& promise) {
    if (promise.second > now) return false;
    candidates.push_back(promise.first);
    return true;
  });
  std::vector<std::string> droppable;
  for (const std::string& digest : candidates) {
    if (!promised_until_.contains(digest) && !IsReferenced(digest)) droppable.push_back(digest);
  }
  return DropChunks(droppable);
}

absl::Status ArtifactStore::DropChunks(const std::vector<std::string>& digests) {
  rocksdb::WriteBatch batch;
  for (const std::string& digest : digests) {
    batch.Delete(Of(kChunks), digest);
    batch.Delete(Of(kStored), digest);
  }
  if (rocksdb::Status status = database_.db->Write(Unlogged(), &batch); !status.ok()) {
    return FromRocks(status, "dropping chunks");
  }
  Failpoint("chunks_dropped");
  chunks_dropped_ += digests.size();
  std::uint64_t stored = 0;
  database_.db->GetIntProperty(Of(kStored), rocksdb::DB::Properties::kEstimateNumKeys, &stored);
  if (chunks_dropped_ < std::max(kLeastDropsToCompact, stored)) return absl::OkStatus();
  chunks_dropped_ = 0;
  rocksdb::CompactRangeOptions copy_all;
  copy_all.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
  copy_all.blob_garbage_collection_age_cutoff = 1;
  const rocksdb::Status status = database_.db->CompactRange(copy_all, Of(kChunks), nullptr, nullptr);
  Failpoint("chunks_compacted");
  return FromRocks(status, "compacting chunks");
}

absl::Status ArtifactStore::DropOrphans() {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> orphans;
  std::unique_ptr<rocksdb::Iterator> row(database_.db->NewIterator({}, Of(kStored)));
  for (row->SeekToFirst(); row->Valid(); row->Next()) {
    if (!IsReferenced(row->key().ToString())) orphans.push_back(row->key().ToString());
  }
  if (!row->status().ok()) return FromRocks(row->status(), "listing chunks");
  row.reset();
  return DropChunks(orphans);
}

std::uint64_t ArtifactStore::DiskBytes() const {
  return IntProperty(*database_.db, rocksdb::DB::Properties::kTotalSstFilesSize) +
         IntProperty(*database_.db, rocksdb::DB::Properties::kTotalBlobFileSize);
}

std::uint64_t ArtifactStore::MemtableBytes() const {
  return IntProperty(*database_.db, rocksdb::DB::Properties::kCurSizeAllMemTables);
}

}  // namespace rad
