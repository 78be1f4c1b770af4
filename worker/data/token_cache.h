// token_cache.h: text tokenised once into shards on this machine, and mapped from then on. A shard's name is
// the digest of tokenizer and contents, so it never goes stale. Any number of processes may use one folder:
// two that miss the same shard both write it, the same bytes, and either may be removed while it is mapped.
// No torch.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/token_shard.h"
#include "worker/data/token_shard_writer.h"

namespace rad {

// Shards used longest ago go once all of a folder take more.
inline constexpr std::uint64_t kTokenCacheBytes = std::uint64_t{32} << 30;

// The shard `name` of the folder, which `fill` writes when it is missing or damaged. With an empty folder it
// is always written anew, and no file is left.
absl::StatusOr<TokenShard> CachedShard(const std::filesystem::path& folder, const std::string& name,
                                       const Tokenizer& tokenizer, const std::string& tokenizer_digest,
                                       const std::function<absl::Status(TokenShardWriter&)>& fill);

}  // namespace rad
