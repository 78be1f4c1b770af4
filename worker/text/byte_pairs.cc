#include "worker/text/byte_pairs.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace rad {
namespace {

std::uint64_t Key(TokenId left, TokenId right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

// A token of the piece so far; merged ones are unlinked. -1 ends the list.
struct Symbol {
  TokenId token;
  int previous, next;
};

// A pair that could be merged, best rank first, then leftmost. Out of date once either side has changed.
struct Candidate {
  std::uint32_t rank;
  int at;
  friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

}  // namespace

BytePairs::BytePairs(const std::array<TokenId, 256>& byte_tokens, std::span<const Merge> merges)
    : byte_tokens_(byte_tokens) {
  merges_.reserve(merges.size());
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    merges_[Key(merges[rank].left, merges[rank].right)] = {static_cast<std::uint32_t>(rank),
                                                           merges[rank].merged};
  }
}

const BytePairs::Result* BytePairs::Find(TokenId left, TokenId right) const {
  const auto found = merges_.find(Key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

void BytePairs::Encode(std::string_view piece, std::vector<TokenId>& out) const {
  std::vector<Symbol> symbols;
  symbols.reserve(piece.size());
  for (const char byte : piece) {
    const TokenId token = byte_tokens_[static_cast<std::uint8_t>(byte)];
    const int at = static_cast<int>(symbols.size());
    if (token != kNoToken) symbols.push_back({token, at - 1, at + 1});
  }
  if (symbols.empty()) return;
  symbols.back().next = -1;

  std::vector<Candidate> heap;
  const auto consider = [&](int at) {
    if (at < 0 || symbols[at].next < 0) return;
    const Result* merge = Find(symbols[at].token, symbols[symbols[at].next].token);
    if (merge == nullptr) return;
    heap.push_back({merge->rank, at});
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  };
  for (int at = 0; at < static_cast<int>(symbols.size()); ++at) consider(at);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    const Candidate best = heap.back();
    heap.pop_back();
    Symbol& left = symbols[best.at];
    if (left.token == kNoToken || left.next < 0) continue;
    Symbol& right = symbols[left.next];
    const Result* merge = Find(left.token, right.token);
    if (merge == nullptr || merge->rank != best.rank) continue;
    left.token = merge->merged;
    left.next = right.next;
    right.token = kNoToken;
    if (left.next >= 0) symbols[left.next].previous = best.at;
    consider(left.previous);
    consider(best.at);
  }
  for (int at = 0; at >= 0; at = symbols[at].next) out.push_back(symbols[at].token);
}

}  // namespace rad
