// artifact_store.h: files of tasks as content-addressed chunks and, written last, a manifest that names them.
// A manifest that can be read is whole: every chunk it names was on the disk before it. Chunks are kept once,
// however many manifests name them, and go when the last of those goes. Thread-safe.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/rocks_open.h"

namespace rad {

inline constexpr std::size_t kMaxChunkBytes = 4 << 20;
// A write is refused while less than this is free on the disk, so that jobs can still be submitted
// (kReservedForChangesBytes).
inline constexpr std::uint64_t kReservedDiskBytes = 64 << 20;
// A chunk that an uploader sent or was told of stays this long, though no manifest names it yet.
inline constexpr absl::Duration kUploadGrace = absl::Hours(1);

struct ArtifactRecord {
  std::string id;
  std::string manifest;             // opaque bytes
  std::vector<std::string> chunks;  // digests, each as often as it likes
};

class ArtifactStore {
 public:
  // FAILED_PRECONDITION when another coordinator has it open. Chunks that no manifest names are dropped here.
  static absl::StatusOr<std::unique_ptr<ArtifactStore>> Open(const std::filesystem::path& folder,
                                                             rocksdb::Env* env = nullptr);

  // Those of `digests` that must be uploaded, in order, each once. The others stay for kUploadGrace from
  // `now`.
  absl::StatusOr<std::vector<std::string>> Missing(const std::vector<std::string>& digests, absl::Time now);

  // INVALID_ARGUMENT when the data has another digest or is too large; RESOURCE_EXHAUSTED when the disk is
  // full. Durable only once a manifest that names it is committed.
  absl::Status PutChunk(absl::string_view digest, absl::string_view data, absl::Time now);

  // RESOURCE_EXHAUSTED when the disk has no room for so many bytes of chunks: what PutChunk would say, before
  // any is sent.
  absl::Status CheckFreeSpace(std::uint64_t bytes) const;

  // NOT_FOUND; DATA_LOSS, naming the chunk, when the stored bytes are damaged or were, and have been dropped.
  // Damaged bytes are never returned.
  absl::StatusOr<std::string> GetChunk(absl::string_view digest) const;

  // Drops the bytes of a chunk that is damaged, and returns the artifacts that name it: they are not whole
  // until the chunk is stored again. Empty when its bytes are sound after all, or dropped already.
  absl::StatusOr<std::vector<std::string>> DropDamaged(absl::string_view digest);

  // Whether every chunk that the artifact names is there; of bytes that nobody has found damaged yet.
  absl::StatusOr<bool> IsWhole(absl::string_view id) const;

  // Makes the artifact exist, durably. FAILED_PRECONDITION, naming one, when a chunk is missing: nothing
  // changed. Idempotent by id.
  absl::Status Commit(const ArtifactRecord& artifact);

  absl::StatusOr<std::optional<std::string>> GetManifest(absl::string_view id) const;
  // Every manifest, ordered by id.
  absl::Status ForEach(
      const std::function<void(absl::string_view id, absl::string_view manifest)>& visit) const;

  // Drops the artifact, then the chunks that only it named. A crash in between leaves orphans, dropped at
  // Open.
  absl::Status Delete(absl::string_view id, absl::Time now);

  std::uint64_t DiskBytes() const;
  std::uint64_t MemtableBytes() const;

  // For backups.h.
  rocksdb::DB* database() const { return database_.db.get(); }

 private:
  enum Family { kChunks, kStored, kManifests, kReferences };

  ArtifactStore(RocksDatabase database, std::filesystem::path folder)
      : database_(std::move(database)), folder_(std::move(folder)) {}
  rocksdb::ColumnFamilyHandle* Of(Family family) const { return database_.families[family]; }
  absl::StatusOr<bool> HasChunk(absl::string_view digest) const;
  bool IsReferenced(absl::string_view digest) const;
  absl::StatusOr<std::vector<std::string>> ArtifactsNaming(absl::string_view digest) const;
  absl::StatusOr<bool> IsDamaged(absl::string_view digest) const;
  absl::StatusOr<std::vector<std::string>> ChunksOf(absl::string_view id) const;
  absl::Status DropChunks(const std::vector<std::string>& digests) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status DropOrphans();

  RocksDatabase database_;
  const std::filesystem::path folder_;
  // Held while chunks are judged to be needed or not, so that Commit and Delete never cross.
  absl::Mutex mutex_;
  std::map<std::string, absl::Time, std::less<>> promised_until_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t chunks_dropped_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rad
