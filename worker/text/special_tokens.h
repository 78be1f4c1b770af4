// special_tokens.h: finds whole tokens (chat markers and the like) in raw text: leftmost first, of those the
// longest.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "worker/text/tokenizer.h"

namespace rad {

// Thread-safe once filled.
class SpecialTokens {
 public:
  // content must not be empty.
  void Add(std::string_view content, TokenId id);

  struct Found {
    std::size_t at = std::string_view::npos;  // npos: none
    std::size_t bytes = 0;
    TokenId id = 0;
  };
  Found FindFirst(std::string_view text) const;

 private:
  // The longest token at the start of text; bytes 0 when there is none.
  Found MatchAtStart(std::string_view text) const;

  struct Node {
    TokenId id = -1;  // of the token that ends here
  };
  std::array<bool, 256> starts_{};
  std::vector<Node> nodes_ = {Node{}};
  absl::flat_hash_map<std::pair<std::uint32_t, char>, std::uint32_t> edges_;  // (node, byte) -> node
};

}  // namespace rad
