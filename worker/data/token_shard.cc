#include "worker/data/token_shard.h"

#include <cstring>
#include <span>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "worker/model/crc32c.h"

namespace rad {
namespace {

using Bytes = std::span<const std::byte>;

std::uint64_t TableOffset(const ShardFooter& footer) {
  const std::uint64_t id_bytes = footer.tokens * footer.id_bytes;
  return (id_bytes + kShardAlignment - 1) / kShardAlignment * kShardAlignment;
}

absl::Status Damaged(const std::filesystem::path& path, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat(path.string(), " ", what, "; write it again with rad-worker tokenize"));
}

// The counts are believed only once they fit the file, so that no offset made of them leaves it.
bool CountsFit(const ShardFooter& footer, std::uint64_t body_bytes) {
  if (footer.id_bytes != 2 && footer.id_bytes != 4) return false;
  if (footer.tokens > body_bytes / footer.id_bytes) return false;
  if (footer.documents > body_bytes / sizeof(ShardDocument)) return false;
  return TableOffset(footer) + footer.documents * sizeof(ShardDocument) == body_bytes;
}

absl::StatusOr<ShardFooter> ReadFooter(Bytes bytes, const std::filesystem::path& path) {
  ShardFooter footer;
  if (bytes.size() < sizeof(footer)) return Damaged(path, "is no token shard, or was cut short");
  const Bytes last = bytes.last(sizeof(footer));
  std::memcpy(&footer, last.data(), sizeof(footer));
  if (std::memcmp(footer.magic, kShardMagic, sizeof(kShardMagic)) != 0)
    return Damaged(path, "is no token shard, or was cut short");
  if (Crc32c(last.first(offsetof(ShardFooter, footer_crc32c))) != footer.footer_crc32c)
    return Damaged(path, "has a damaged footer");
  if (footer.version != kShardVersion) {
    return absl::InvalidArgumentError(absl::StrCat(path.string(), " is a token shard of version ",
                                                   footer.version, ", but this worker reads version ",
                                                   kShardVersion, "; tokenise the text again with it"));
  }
  const Bytes body = bytes.first(bytes.size() - sizeof(footer));
  if (!CountsFit(footer, body.size())) return Damaged(path, "has counts that do not fit its size");
  if (Crc32c(body) != footer.body_crc32c) return Damaged(path, "is damaged: its checksum does not fit");
  return footer;
}

absl::Status CheckTokenizer(const ShardFooter& footer, const std::string& expected,
                            const std::filesystem::path& path) {
  const std::string_view found(footer.tokenizer, sizeof(footer.tokenizer));
  if (found == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path.string(), " was tokenised with another tokenizer (digest ", std::string(found),
      ") than the teacher's (", expected, "); tokenise the text again with rad-worker tokenize TEACHER"));
}

}  // namespace

absl::StatusOr<TokenShard> TokenShard::Open(const std::filesystem::path& path,
                                            const std::string& tokenizer_digest) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  const auto footer = ReadFooter(file->bytes(), path);
  if (!footer.ok()) return footer.status();
  if (absl::Status status = CheckTokenizer(*footer, tokenizer_digest, path); !status.ok()) return status;
  TokenShard shard(*std::move(file), *footer);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < shard.documents(); ++i) {
    const std::uint64_t begin = end;
    end = shard.Entry(i).end_token;
    if (end <= begin || end > shard.tokens())
      return Damaged(path, absl::StrCat("has a damaged entry for document ", i));
  }
  if (end != shard.tokens()) return Damaged(path, "has tokens of no document");
  return shard;
}

ShardDocument TokenShard::Entry(std::size_t index) const {
  ShardDocument entry;
  const std::size_t at = TableOffset(footer_) + index * sizeof(entry);
  std::memcpy(&entry, file_.bytes().subspan(at, sizeof(entry)).data(), sizeof(entry));
  return entry;
}

TokenSpan TokenShard::Document(std::size_t index) const {
  const std::uint64_t begin = index == 0 ? 0 : Entry(index - 1).end_token;
  const std::uint64_t size = Entry(index).end_token - begin;
  return {file_.bytes().data() + begin * footer_.id_bytes, size, footer_.id_bytes};
}

}  // namespace rad
