// token_shard_writer.h: writes a token shard, document by document; it appears under its name when it is
// whole and on the disk, or not at all. No torch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/token_shard_format.h"
#include "worker/model/atomic_file.h"
#include "worker/text/tokenizer.h"

namespace rad {

// Holds one document and 16 bytes of every other in memory. Errors as in AtomicFile.
class TokenShardWriter {
 public:
  // Ids take two bytes each where the vocabulary allows.
  static absl::StatusOr<TokenShardWriter> Create(const std::filesystem::path& path,
                                                 const std::string& tokenizer_digest,
                                                 std::int64_t vocab_size);

  // An empty document is passed over.
  absl::Status Add(std::span<const TokenId> document);
  // Call once, last.
  absl::Status Commit();

  std::uint64_t tokens() const { return footer_.tokens; }
  std::uint64_t documents() const { return table_.size(); }

 private:
  TokenShardWriter(AtomicFile file, const ShardFooter& footer) : file_(std::move(file)), footer_(footer) {}
  absl::Status WriteBody(std::span<const std::byte> bytes);

  AtomicFile file_;
  ShardFooter footer_;
  std::vector<ShardDocument> table_;
  std::vector<std::byte> packed_;  // the document being written
};

}  // namespace rad
