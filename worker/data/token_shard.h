// token_shard.h: tokenised documents in one memory-mapped file. No torch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "worker/data/token_shard_format.h"
#include "worker/data/token_span.h"
#include "worker/model/mapped_file.h"

namespace rad {

// Movable; spans point into the mapping and live as long as it. The file may be removed meanwhile.
class TokenShard {
 public:
  // Checks every byte. NOT_FOUND: no such file. DATA_LOSS: cut short or damaged. INVALID_ARGUMENT: of another
  // version, or of another tokenizer than the one with this digest.
  static absl::StatusOr<TokenShard> Open(const std::filesystem::path& path,
                                         const std::string& tokenizer_digest);

  std::size_t documents() const { return footer_.documents; }
  std::uint64_t tokens() const { return footer_.tokens; }
  TokenSpan Document(std::size_t index) const;  // not empty
  // Equal documents have equal hashes, whatever shard they are in.
  std::uint64_t ContentHash(std::size_t index) const { return Entry(index).content_hash; }

 private:
  TokenShard(MappedFile file, const ShardFooter& footer) : file_(std::move(file)), footer_(footer) {}
  ShardDocument Entry(std::size_t index) const;

  MappedFile file_;
  ShardFooter footer_;
};

}  // namespace rad
