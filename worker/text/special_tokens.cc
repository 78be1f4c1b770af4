#include "worker/text/special_tokens.h"

namespace rad {

void SpecialTokens::Add(std::string_view content, TokenId id) {
  starts_[static_cast<std::uint8_t>(content[0])] = true;
  std::uint32_t node = 0;
  for (const char byte : content) {
    const auto [edge, added] = edges_.try_emplace({node, byte}, static_cast<std::uint32_t>(nodes_.size()));
    node = edge->second;
    if (added) nodes_.emplace_back();
  }
  nodes_[node].id = id;
}

SpecialTokens::Found SpecialTokens::MatchAtStart(std::string_view text) const {
  Found best;
  std::uint32_t node = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto edge = edges_.find({node, text[i]});
    if (edge == edges_.end()) break;
    node = edge->second;
    if (nodes_[node].id >= 0) best = {0, i + 1, nodes_[node].id};
  }
  return best;
}

SpecialTokens::Found SpecialTokens::FindFirst(std::string_view text) const {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!starts_[static_cast<std::uint8_t>(text[at])]) continue;
    Found found = MatchAtStart(text.substr(at));
    if (found.bytes == 0) continue;
    found.at = at;
    return found;
  }
  return {};
}

}  // namespace rad
