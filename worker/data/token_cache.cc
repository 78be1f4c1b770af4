#include "worker/data/token_cache.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

// What a process that died left under a temporary name is as old as its death.
struct Entry {
  fs::file_time_type used;
  fs::path path;
  std::uint64_t bytes = 0;
};

void Trim(const fs::path& folder, const fs::path& in_use) {
  std::vector<Entry> entries;
  std::uint64_t total_bytes = 0;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;  // another process trims too
    const Entry entry{at->last_write_time(gone), at->path(), at->file_size(gone)};
    if (gone) continue;
    entries.push_back(entry);
    total_bytes += entry.bytes;
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& entry : entries) {
    if (total_bytes <= kTokenCacheBytes) return;
    if (entry.path == in_use) continue;
    fs::remove(entry.path, error);
    total_bytes -= entry.bytes;
  }
}

absl::Status WriteShard(const fs::path& path, const Tokenizer& tokenizer, const std::string& tokenizer_digest,
                        const std::function<absl::Status(TokenShardWriter&)>& fill) {
  auto writer = TokenShardWriter::Create(path, tokenizer_digest, tokenizer.vocab_size());
  if (!writer.ok()) return writer.status();
  absl::Status status = fill(*writer);
  return status.ok() ? writer->Commit() : status;
}

// A name of its own in the folder for temporary files, gone once the shard is mapped.
absl::StatusOr<TokenShard> UncachedShard(const Tokenizer& tokenizer, const std::string& tokenizer_digest,
                                         const std::function<absl::Status(TokenShardWriter&)>& fill) {
  static std::atomic<int> count = 0;
  const fs::path path =
      fs::temp_directory_path() / absl::StrCat("rad-tokens-", getpid(), "-", count.fetch_add(1));
  if (absl::Status status = WriteShard(path, tokenizer, tokenizer_digest, fill); !status.ok()) return status;
  auto shard = TokenShard::Open(path, tokenizer_digest);
  std::error_code error;
  fs::remove(path, error);
  return shard;
}

}  // namespace

absl::StatusOr<TokenShard> CachedShard(const fs::path& folder, const std::string& name,
                                       const Tokenizer& tokenizer, const std::string& tokenizer_digest,
                                       const std::function<absl::Status(TokenShardWriter&)>& fill) {
  if (folder.empty()) return UncachedShard(tokenizer, tokenizer_digest, fill);
  std::error_code error;
  fs::create_directories(folder, error);  // shows, with a path, at the first file written there
  const fs::path path = folder / absl::StrCat(name, ".tokens");
  auto shard = TokenShard::Open(path, tokenizer_digest);
  if (!shard.ok()) {
    if (absl::Status status = WriteShard(path, tokenizer, tokenizer_digest, fill); !status.ok())
      return status;
    shard = TokenShard::Open(path, tokenizer_digest);
  }
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);  // when it was last used
  Trim(folder, path);
  return shard;
}

}  // namespace rad
