// byte_pairs.h: byte pair encoding of one piece of text.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "worker/text/tokenizer.h"

namespace rad {

struct Merge {
  TokenId left = 0, right = 0, merged = 0;
};

// Thread-safe once made.
class BytePairs {
 public:
  static constexpr TokenId kNoToken = -1;

  // byte_tokens: the token of each byte, or kNoToken. merges: best first; of equal pairs the last one counts.
  BytePairs(const std::array<TokenId, 256>& byte_tokens, std::span<const Merge> merges);

  // Appends the tokens of `piece`. A byte without a token vanishes before merging. O(n log n) in its length.
  void Encode(std::string_view piece, std::vector<TokenId>& out) const;

 private:
  struct Result {
    std::uint32_t rank;
    TokenId merged;
  };
  const Result* Find(TokenId left, TokenId right) const;

  std::array<TokenId, 256> byte_tokens_;
  absl::flat_hash_map<std::uint64_t, Result> merges_;  // by left and right
};

}  // namespace rad
