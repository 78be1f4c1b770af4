#include "worker/data/write_shards.h"

#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "worker/data/token_shard_writer.h"
#include "worker/data/tokenizer_digest.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

class ShardSequence {
 public:
  ShardSequence(fs::path folder, const Tokenizer& tokenizer, std::uint64_t tokens_per_shard)
      : folder_(std::move(folder)),
        vocab_size_(tokenizer.vocab_size()),
        tokenizer_digest_(TokenizerDigest(tokenizer)),
        tokens_per_shard_(tokens_per_shard) {}

  absl::Status Add(std::span<const TokenId> document) {
    if (!writer_) {
      auto writer = TokenShardWriter::Create(folder_ / absl::StrFormat("%05d.tokens", written_.shards),
                                             tokenizer_digest_, vocab_size_);
      if (!writer.ok()) return writer.status();
      writer_.emplace(*std::move(writer));
    }
    if (absl::Status status = writer_->Add(document); !status.ok()) return status;
    return writer_->tokens() < tokens_per_shard_ ? absl::OkStatus() : Finish();
  }

  absl::Status Finish() {
    if (!writer_) return absl::OkStatus();
    ++written_.shards;
    written_.documents += writer_->documents();
    written_.tokens += writer_->tokens();
    const absl::Status status = writer_->Commit();
    writer_.reset();
    return status;
  }

  const WrittenShards& written() const { return written_; }

 private:
  const fs::path folder_;
  const std::int64_t vocab_size_;
  const std::string tokenizer_digest_;
  const std::uint64_t tokens_per_shard_;
  std::optional<TokenShardWriter> writer_;
  WrittenShards written_;
};

}  // namespace

absl::StatusOr<WrittenShards> WriteShards(const SourceFiles& files, const Tokenizer& tokenizer,
                                          const fs::path& folder, const ReadProgress& progress,
                                          std::uint64_t tokens_per_shard) {
  std::error_code error;
  if (fs::exists(folder, error))
    return absl::AlreadyExistsError(absl::StrCat(folder.string(), " exists; name a folder to be made"));
  const fs::path partial = folder.string() + ".partial";
  fs::remove_all(partial, error);
  fs::create_directories(partial, error);  // shows, with a path, at the first file written there
  ShardSequence shards(partial, tokenizer, tokens_per_shard);
  absl::Status status = TokeniseFiles(
      files, tokenizer, [&](std::span<const TokenId> document) { return shards.Add(document); }, progress);
  if (status.ok()) status = shards.Finish();
  if (status.ok() && shards.written().shards == 0)
    status = absl::InvalidArgumentError(absl::StrCat(files.field, ": all matching files are blank"));
  if (!status.ok()) return status;
  fs::rename(partial, folder, error);
  if (error)
    return absl::UnavailableError(absl::StrCat("cannot make ", folder.string(), ": ", error.message()));
  return shards.written();
}

}  // namespace rad
