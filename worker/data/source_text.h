// source_text.h: documents laid end to end. No torch.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/data/token_span.h"

namespace rad {

class SourceText {
 public:
  explicit SourceText(std::vector<TokenSpan> documents);  // none of them empty

  std::uint64_t tokens() const { return ends_.empty() ? 0 : ends_.back(); }
  // From this token of all on to the end of its document; token < tokens().
  TokenSpan RestOfDocument(std::uint64_t token) const;

 private:
  std::vector<TokenSpan> documents_;
  std::vector<std::uint64_t> ends_;  // of each document, in tokens of all
};

}  // namespace rad
