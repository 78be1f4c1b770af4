// tokenizer.h: byte-level BPE as the teacher was trained with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace rad {

using TokenId = std::int32_t;

// Thread-safe once made.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // No BOS or EOS is added. Special tokens in the text are parsed as such.
  // INVALID_ARGUMENT when text is not UTF-8.
  virtual absl::StatusOr<std::vector<TokenId>> Encode(std::string_view text) const = 0;
  // The exact bytes, special tokens spelled out; they need not be valid UTF-8 (a list may begin inside a
  // character). INVALID_ARGUMENT names an id outside the vocabulary.
  virtual absl::StatusOr<std::string> DecodeBytes(std::span<const TokenId> ids) const = 0;

  virtual std::int64_t vocab_size() const = 0;
  virtual std::optional<TokenId> bos() const = 0;
  virtual std::optional<TokenId> eos() const = 0;
  // A tokenizer.json (Hugging Face format) that OpenTokenizer reads back to an equal tokenizer; for exports.
  virtual std::string ToTokenizerJson() const = 0;
};

// From a .gguf file's metadata or a folder's tokenizer.json. The pre-tokenizer is chosen from the file:
// smollm, llama-bpe, qwen2 or gpt-2; any other is an error that names it.
absl::StatusOr<std::unique_ptr<Tokenizer>> OpenTokenizer(const std::filesystem::path& model);

// UTF-8 text with U+FFFD for each maximal invalid part (as Unicode recommends).
std::string ReplaceInvalidUtf8(std::string_view bytes);

}  // namespace rad
