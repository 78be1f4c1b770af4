// token_shard_format.h: the bytes of a token shard, shared by its writer and its reader. Little-endian.
//   ids     uint16 or uint32, one a token, document after document; zeros up to a multiple of 8 bytes
//   table   a ShardDocument for each document
//   footer  a ShardFooter, last, so that a shard that was cut short has none
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace rad {

struct ShardDocument {
  std::uint64_t end_token;     // the document's last token is the one before
  std::uint64_t content_hash;  // of its ids
};

struct ShardFooter {
  char magic[8];
  std::uint32_t version;
  std::uint32_t id_bytes;  // 2 or 4
  std::uint64_t tokens;
  std::uint64_t documents;
  char tokenizer[64];           // hex SHA-256, tokenizer_digest.h
  std::uint32_t body_crc32c;    // of ids and table
  std::uint32_t footer_crc32c;  // of the fields before
};
static_assert(sizeof(ShardDocument) == 16 && sizeof(ShardFooter) == 104);
static_assert(std::endian::native == std::endian::little);

inline constexpr char kShardMagic[8] = {'R', 'A', 'D', 'S', 'H', 'A', 'R', 'D'};
// Raised when the format changes, or what tokenising makes of the same text.
inline constexpr std::uint32_t kShardVersion = 1;

inline constexpr std::size_t kShardAlignment = 8;

}  // namespace rad
