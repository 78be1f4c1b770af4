// write_shards.h: a source tokenised once and for all, into shards to train from. No torch.
#pragma once

#include <cstdint>
#include <filesystem>

#include "absl/status/statusor.h"
#include "worker/data/source_files.h"
#include "worker/data/tokenise.h"

namespace rad {

struct WrittenShards {
  int shards = 0;
  std::uint64_t documents = 0, tokens = 0;
};

// Half a gigabyte or one, by the vocabulary.
inline constexpr std::uint64_t kTokensPerShard = std::uint64_t{1} << 28;

// Files 00000.tokens, 00001.tokens, ... in a folder that is made for them: there are all of them or none, and
// of an interrupted run only the folder "FOLDER.partial". A shard ends with the document that gives it
// tokens_per_shard tokens. ALREADY_EXISTS when the folder is there; INVALID_ARGUMENT when all files are
// blank.
absl::StatusOr<WrittenShards> WriteShards(const SourceFiles& files, const Tokenizer& tokenizer,
                                          const std::filesystem::path& folder,
                                          const ReadProgress& progress = {},
                                          std::uint64_t tokens_per_shard = kTokensPerShard);

}  // namespace rad
