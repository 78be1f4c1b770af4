// tokenizer_spec.h: what defines a byte-level BPE tokenizer, whatever file it came from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/text/pre_tokenizer.h"
#include "worker/text/tokenizer.h"

namespace rad {

// A token found whole in the text, before it is cut into pieces.
struct AddedToken {
  TokenId id = 0;
  std::string content;      // raw text, not the byte alphabet
  bool special = true;      // a control token
  bool normalized = false;  // looked for after normalisation instead of before
};

struct TokenizerSpec {
  std::vector<std::string> tokens;  // by id, in the byte alphabet; empty: no token has this id
  std::vector<AddedToken> added;    // their content is in `tokens` too
  // Best first, in the byte alphabet. They point into the file read, which must outlive MakeTokenizer's call.
  std::vector<std::pair<std::string_view, std::string_view>> merges;
  PreTokenizerKind pre_tokenizer = PreTokenizerKind::kGpt2;
  bool nfc = false;            // text is brought to Unicode's normal form C first
  bool ignore_merges = false;  // a piece that is a token is that token, whatever merging would give
  std::optional<TokenId> bos, eos;
};

// INVALID_ARGUMENT names the token or merge that is wrong.
absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(TokenizerSpec spec);

}  // namespace rad
