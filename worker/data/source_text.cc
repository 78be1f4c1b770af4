#include "worker/data/source_text.h"

#include <algorithm>
#include <utility>

namespace rad {

SourceText::SourceText(std::vector<TokenSpan> documents) : documents_(std::move(documents)) {
  std::uint64_t end = 0;
  for (const TokenSpan& document : documents_) ends_.push_back(end += document.size());
}

TokenSpan SourceText::RestOfDocument(std::uint64_t token) const {
  const auto found = std::upper_bound(ends_.begin(), ends_.end(), token);
  const TokenSpan& document = documents_[static_cast<std::size_t>(found - ends_.begin())];
  const std::uint64_t rest = *found - token;
  return document.Part(document.size() - rest, rest);
}

}  // namespace rad
