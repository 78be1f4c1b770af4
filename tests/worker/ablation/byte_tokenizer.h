// byte_tokenizer.h: a tokenizer whose ids are the text's bytes, so that tests can read what was encoded.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "worker/text/tokenizer.h"

namespace rad {

class ByteTokenizer : public Tokenizer {
 public:
  absl::StatusOr<std::vector<TokenId>> Encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    for (unsigned char c : text) ids.push_back(c);
    return ids;
  }
  absl::StatusOr<std::string> DecodeBytes(std::span<const TokenId> ids) const override {
    return std::string(ids.begin(), ids.end());
  }
  std::int64_t vocab_size() const override { return 256; }
  std::optional<TokenId> bos() const override { return std::nullopt; }
  std::optional<TokenId> eos() const override { return std::nullopt; }
  std::string ToTokenizerJson() const override { return "{}"; }
};

}  // namespace rad
