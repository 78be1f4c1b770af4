#include "worker/text/gguf_tokenizer.h"

#include <string_view>

#include "worker/model/str_cat.h"
#include "worker/text/tokenizer_spec.h"

namespace rad {
namespace {

// Values of tokenizer.ggml.token_type.
constexpr std::int64_t kControl = 3, kUserDefined = 4;

template <typename T>
absl::StatusOr<T> Required(const Gguf& gguf, std::string_view key, std::string_view kind) {
  const auto found = gguf.metadata.find(key);
  if (found != gguf.metadata.end()) {
    if (const T* value = std::get_if<T>(&found->second)) return *value;
  }
  return absl::InvalidArgumentError(
      StrCat("metadata '", key, "' is missing or no ", kind, "; the file holds no tokenizer ",
             "that can be used: convert the model again with a current converter"));
}

absl::StatusOr<std::vector<std::string_view>> Strings(const Gguf& gguf, std::string_view key) {
  auto array = Required<GgufArray>(gguf, key, "array");
  if (!array.ok()) return array.status();
  return UnpackStrings(*array);
}

absl::Status ReadKind(const Gguf& gguf, TokenizerSpec& spec) {
  auto model = Required<std::string_view>(gguf, "tokenizer.ggml.model", "string");
  if (!model.ok()) return model.status();
  if (*model != "gpt2") {
    return absl::InvalidArgumentError(
        StrCat("tokenizer.ggml.model '", *model, "' is not supported; only byte-level BPE, 'gpt2', is"));
  }
  auto pre = Required<std::string_view>(gguf, "tokenizer.ggml.pre", "string");
  if (!pre.ok()) return pre.status();
  const auto kind = PreTokenizerNamed(*pre);
  if (!kind) {
    return absl::InvalidArgumentError(StrCat(
        "tokenizer.ggml.pre '", *pre, "' is not supported; known are gpt-2, smollm, llama-bpe and qwen2"));
  }
  spec.pre_tokenizer = *kind;
  spec.ignore_merges = *kind == PreTokenizerKind::kLlama3;  // GGUF leaves both to the family
  spec.nfc = *kind == PreTokenizerKind::kQwen2;
  return absl::OkStatus();
}

absl::Status ReadTokens(const Gguf& gguf, TokenizerSpec& spec) {
  auto tokens = Strings(gguf, "tokenizer.ggml.tokens");
  if (!tokens.ok()) return tokens.status();
  spec.tokens.assign(tokens->begin(), tokens->end());
  if (!gguf.metadata.contains("tokenizer.ggml.token_type")) return absl::OkStatus();
  auto array = Required<GgufArray>(gguf, "tokenizer.ggml.token_type", "array");
  if (!array.ok()) return array.status();
  auto types = UnpackIntegers(*array);
  if (!types.ok()) return types.status();
  if (types->size() != tokens->size()) {
    return absl::InvalidArgumentError(StrCat("tokenizer.ggml.token_type has ", types->size(),
                                             " items, but tokenizer.ggml.tokens ", tokens->size()));
  }
  for (std::size_t id = 0; id < types->size(); ++id) {
    const std::int64_t type = (*types)[id];
    if (type != kControl && type != kUserDefined) continue;
    if (spec.tokens[id].empty()) continue;
    spec.added.push_back({static_cast<TokenId>(id), spec.tokens[id], type == kControl, false});
  }
  return absl::OkStatus();
}

absl::Status SplitMerges(const std::vector<std::string_view>& merges, TokenizerSpec& spec) {
  for (const std::string_view merge : merges) {
    const std::size_t space = merge.find(' ');  // the byte alphabet has none
    if (space == merge.npos) {
      return absl::InvalidArgumentError(StrCat("tokenizer.ggml.merges: item ", spec.merges.size(), ", '",
                                               merge, "', is not two tokens with a space between"));
    }
    spec.merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<TokenId>> Mark(const Gguf& gguf, std::string_view key) {
  if (!gguf.metadata.contains(key)) return std::nullopt;
  auto id = Required<std::uint64_t>(gguf, key, "unsigned integer");
  if (!id.ok()) return id.status();
  if (*id > std::uint64_t{INT32_MAX})
    return absl::InvalidArgumentError(StrCat("metadata '", key, "' is ", *id, ", no token id"));
  return static_cast<TokenId>(*id);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> TokenizerOfGguf(const Gguf& gguf) {
  TokenizerSpec spec;
  if (auto status = ReadKind(gguf, spec); !status.ok()) return status;
  if (auto status = ReadTokens(gguf, spec); !status.ok()) return status;
  auto merges = Strings(gguf, "tokenizer.ggml.merges");
  if (!merges.ok()) return merges.status();
  if (auto status = SplitMerges(*merges, spec); !status.ok()) return status;
  auto bos = Mark(gguf, "tokenizer.ggml.bos_token_id");
  if (!bos.ok()) return bos.status();
  auto eos = Mark(gguf, "tokenizer.ggml.eos_token_id");
  if (!eos.ok()) return eos.status();
  spec.bos = *bos;
  spec.eos = *eos;
  return MakeTokenizer(std::move(spec));
}

}  // namespace rad
