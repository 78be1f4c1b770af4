#include "worker/data/token_shard_writer.h"

#include <array>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "worker/ablation/split_mix.h"
#include "worker/model/crc32c.h"

namespace rad {
namespace {

constexpr std::int64_t kTwoByteIds = 1 << 16;

std::uint64_t ContentHash(std::span<const TokenId> document) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a, an id at a time
  for (const TokenId id : document) hash = (hash ^ static_cast<std::uint32_t>(id)) * 0x100000001b3U;
  return SplitMix({hash}).Next();
}

}  // namespace

absl::StatusOr<TokenShardWriter> TokenShardWriter::Create(const std::filesystem::path& path,
                                                          const std::string& tokenizer_digest,
                                                          std::int64_t vocab_size) {
  ShardFooter footer = {};
  std::memcpy(footer.magic, kShardMagic, sizeof(footer.magic));
  footer.version = kShardVersion;
  footer.id_bytes = vocab_size <= kTwoByteIds ? 2 : 4;
  if (tokenizer_digest.size() != sizeof(footer.tokenizer))
    return absl::InvalidArgumentError("a token shard needs its tokenizer's SHA-256 in hex");
  std::memcpy(footer.tokenizer, tokenizer_digest.data(), sizeof(footer.tokenizer));
  auto file = AtomicFile::Create(path);
  if (!file.ok()) return file.status();
  return TokenShardWriter(*std::move(file), footer);
}

absl::Status TokenShardWriter::Add(std::span<const TokenId> document) {
  if (document.empty()) return absl::OkStatus();
  packed_.resize(document.size() * footer_.id_bytes);
  for (std::size_t i = 0; i < document.size(); ++i)
    std::memcpy(packed_.data() + i * footer_.id_bytes, &document[i], footer_.id_bytes);
  footer_.tokens += document.size();
  table_.push_back({footer_.tokens, ContentHash(document)});
  return WriteBody(packed_);
}

absl::Status TokenShardWriter::Commit() {
  const std::array<std::byte, kShardAlignment> zeros = {};
  const std::size_t beyond = footer_.tokens * footer_.id_bytes % kShardAlignment;
  absl::Status status = WriteBody(std::span(zeros).first(beyond == 0 ? 0 : kShardAlignment - beyond));
  if (status.ok()) status = WriteBody(std::as_bytes(std::span(table_)));
  if (!status.ok()) return status;
  footer_.documents = table_.size();
  const std::span<const std::byte> footer = std::as_bytes(std::span(&footer_, 1));
  footer_.footer_crc32c = Crc32c(footer.first(offsetof(ShardFooter, footer_crc32c)));
  status = file_.Write(footer);
  return status.ok() ? file_.Commit() : status;
}

absl::Status TokenShardWriter::WriteBody(std::span<const std::byte> bytes) {
  footer_.body_crc32c = Crc32c(bytes, footer_.body_crc32c);
  return file_.Write(bytes);
}

}  // namespace rad
