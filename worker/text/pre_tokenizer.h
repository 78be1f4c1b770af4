// pre_tokenizer.h: how a family of models cuts text into pieces before byte pairs are merged. No merge
// crosses a cut.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace rad {

enum class PreTokenizerKind { kGpt2, kSmolLm, kLlama3, kQwen2 };

// By the name that GGUF files use: gpt-2, smollm, llama-bpe, qwen2.
std::optional<PreTokenizerKind> PreTokenizerNamed(std::string_view name);

// By the regular expression that a tokenizer.json of the family spells out: llama-bpe and qwen2.
std::optional<PreTokenizerKind> PreTokenizerOfRegex(std::string_view regex);
// The inverse; empty for families whose tokenizer.json has none.
std::string_view RegexOf(PreTokenizerKind kind);

// Thread-safe once made.
class PreTokenizer {
 public:
  explicit PreTokenizer(PreTokenizerKind kind);
  ~PreTokenizer();

  // Calls sink with every piece of `text`, which must be UTF-8, in order; together they are the text.
  // RESOURCE_EXHAUSTED when the regular expression engine gives up.
  absl::Status Split(std::string_view text, const std::function<void(std::string_view)>& sink) const;

 private:
  class Regex;
  absl::Status SplitFrom(std::size_t stage, std::string_view text,
                         const std::function<void(std::string_view)>& sink) const;

  std::vector<std::unique_ptr<Regex>>
      stages_;  // each cuts the pieces of the one before, seeing only the piece
};

}  // namespace rad
