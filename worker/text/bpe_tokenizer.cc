#include <algorithm>
#include <array>
#include <unordered_map>

#include "worker/model/str_cat.h"
#include "worker/text/byte_alphabet.h"
#include "worker/text/byte_pairs.h"
#include "worker/text/nfc.h"
#include "worker/text/special_tokens.h"
#include "worker/text/tokenizer_json.h"
#include "worker/text/tokenizer_spec.h"
#include "worker/text/utf8.h"

namespace rad {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30;  // positions inside a piece are 32-bit
constexpr std::size_t kMaxAddedBytes = 1024;                 // bounds the search for added tokens

using Ids = std::unordered_map<std::string_view, TokenId>;
using Merges = std::vector<Merge>;

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

absl::StatusOr<Ids> IdsOf(const std::vector<std::string>& tokens) {
  Ids ids;
  ids.reserve(tokens.size());
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].empty()) continue;
    if (FindInvalidUtf8(tokens[id]) != std::string_view::npos)
      return Invalid(StrCat("tokenizer: token ", id, " is not UTF-8"));
    const auto [found, added] = ids.emplace(tokens[id], static_cast<TokenId>(id));
    if (!added)
      return Invalid(
          StrCat("tokenizer: tokens ", found->second, " and ", id, " are both '", tokens[id], "'"));
  }
  return ids;
}

absl::StatusOr<Merges> ResolveMerges(const TokenizerSpec& spec, const Ids& ids) {
  Merges merges;
  merges.reserve(spec.merges.size());
  for (const auto& [left, right] : spec.merges) {
    const auto l = ids.find(left), r = ids.find(right), merged = ids.find(StrCat(left, right));
    if (l == ids.end() || r == ids.end() || merged == ids.end()) {
      return Invalid(StrCat("tokenizer: merge ", merges.size(), " of '", left, "' and '", right,
                            "': both and their union must be in the vocabulary"));
    }
    merges.push_back({l->second, r->second, merged->second});
  }
  return merges;
}

absl::Status CheckAdded(const TokenizerSpec& spec) {
  for (const AddedToken& token : spec.added) {
    if (token.id < 0 || static_cast<std::size_t>(token.id) >= spec.tokens.size()) {
      return Invalid(StrCat("tokenizer: added token '", token.content, "' has id ", token.id,
                            ", outside the vocabulary"));
    }
    if (token.content.empty() || token.content.size() > kMaxAddedBytes) {
      return Invalid(StrCat("tokenizer: added token ", token.id, " has ", token.content.size(),
                            " bytes; 1 to ", kMaxAddedBytes, " are allowed"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMark(std::string_view name, std::optional<TokenId> id, std::size_t tokens) {
  if (!id || (*id >= 0 && static_cast<std::size_t>(*id) < tokens)) return absl::OkStatus();
  return Invalid(
      StrCat("tokenizer: the ", name, " token has id ", *id, ", outside the vocabulary of ", tokens));
}

std::array<TokenId, 256> ByteTokens(const Ids& ids) {
  std::array<TokenId, 256> tokens;
  for (std::size_t byte = 0; byte < tokens.size(); ++byte) {
    const auto found = ids.find(CharacterOfByte(static_cast<std::uint8_t>(byte)));
    tokens[byte] = found == ids.end() ? BytePairs::kNoToken : found->second;
  }
  return tokens;
}

class BpeTokenizer final : public Tokenizer {
 public:
  // ids points into spec.tokens, whose strings stay where they are when the vector is moved.
  BpeTokenizer(TokenizerSpec spec, Ids ids, const Merges& merges)
      : spec_(std::move(spec)),
        ids_(std::move(ids)),
        pairs_(ByteTokens(ids_), merges),
        merges_(merges),
        pre_tokenizer_(spec_.pre_tokenizer),
        added_of_id_(spec_.tokens.size()) {
    spec_.merges.clear();
    for (const AddedToken& token : spec_.added) {
      (token.normalized ? after_normalizing_ : before_normalizing_).Add(token.content, token.id);
      added_of_id_[static_cast<std::size_t>(token.id)] = &token;
    }
  }

  absl::StatusOr<std::vector<TokenId>> Encode(std::string_view text) const override {
    if (text.size() > kMaxTextBytes) {
      return Invalid(StrCat("text of ", text.size(), " bytes; give at most ", kMaxTextBytes, " at a time"));
    }
    if (const auto at = FindInvalidUtf8(text); at != text.npos) {
      return Invalid(StrCat("text is not UTF-8 at byte ", at, " of ", text.size()));
    }
    std::vector<TokenId> out;
    auto status = EncodeAround(before_normalizing_, text, out, [&](std::string_view part) {
      if (!spec_.nfc) return EncodeNormalized(part, out);
      return EncodeNormalized(ToNfc(part), out);
    });
    if (!status.ok()) return status;
    return out;
  }

  absl::StatusOr<std::string> DecodeBytes(std::span<const TokenId> ids) const override {
    std::string bytes;
    for (const TokenId id : ids) {
      if (id < 0 || static_cast<std::size_t>(id) >= spec_.tokens.size()) {
        return Invalid(StrCat("token id ", id, " is outside the vocabulary of ", spec_.tokens.size()));
      }
      AppendBytes(static_cast<std::size_t>(id), bytes);
    }
    return bytes;
  }

  std::int64_t vocab_size() const override { return static_cast<std::int64_t>(spec_.tokens.size()); }
  std::optional<TokenId> bos() const override { return spec_.bos; }
  std::optional<TokenId> eos() const override { return spec_.eos; }

  std::string ToTokenizerJson() const override {
    TokenizerSpec spec = spec_;
    for (const Merge& merge : merges_) {
      spec.merges.emplace_back(spec_.tokens[static_cast<std::size_t>(merge.left)],
                               spec_.tokens[static_cast<std::size_t>(merge.right)]);
    }
    return WriteTokenizerJson(spec);
  }

 private:
  // Appends the tokens of `specials` found in text, and calls encode_part for each stretch between them.
  template <typename EncodePart>
  static absl::Status EncodeAround(const SpecialTokens& specials, std::string_view text,
                                   std::vector<TokenId>& out, const EncodePart& encode_part) {
    while (!text.empty()) {
      const SpecialTokens::Found found = specials.FindFirst(text);
      const std::string_view part = text.substr(0, found.at);
      if (!part.empty()) {
        if (auto status = encode_part(part); !status.ok()) return status;
      }
      if (found.bytes != 0) out.push_back(found.id);
      text.remove_prefix(part.size() + found.bytes);
    }
    return absl::OkStatus();
  }

  absl::Status EncodeNormalized(std::string_view text, std::vector<TokenId>& out) const {
    return EncodeAround(after_normalizing_, text, out, [&](std::string_view part) {
      return pre_tokenizer_.Split(part, [&](std::string_view piece) { EncodePiece(piece, out); });
    });
  }

  void EncodePiece(std::string_view piece, std::vector<TokenId>& out) const {
    if (spec_.ignore_merges) {
      if (const auto whole = ids_.find(CharactersOfBytes(piece)); whole != ids_.end())
        return out.push_back(whole->second);
    }
    pairs_.Encode(piece, out);
  }

  void AppendBytes(std::size_t id, std::string& out) const {
    if (added_of_id_[id] != nullptr) {
      out += added_of_id_[id]->content;
      return;
    }
    const auto bytes = BytesOfCharacters(spec_.tokens[id]);
    out += bytes ? *bytes : spec_.tokens[id];  // a token outside the alphabet stands for itself
  }

  TokenizerSpec spec_;
  Ids ids_;
  BytePairs pairs_;
  Merges merges_;
  PreTokenizer pre_tokenizer_;
  SpecialTokens before_normalizing_, after_normalizing_;
  std::vector<const AddedToken*> added_of_id_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> MakeTokenizer(TokenizerSpec spec) {
  if (spec.tokens.empty()) return Invalid("tokenizer: the vocabulary is empty");
  auto ids = IdsOf(spec.tokens);
  if (!ids.ok()) return ids.status();
  auto merges = ResolveMerges(spec, *ids);
  if (!merges.ok()) return merges.status();
  if (auto status = CheckAdded(spec); !status.ok()) return status;
  if (auto status = CheckMark("BOS", spec.bos, spec.tokens.size()); !status.ok()) return status;
  if (auto status = CheckMark("EOS", spec.eos, spec.tokens.size()); !status.ok()) return status;
  return std::make_unique<BpeTokenizer>(std::move(spec), *std::move(ids), *merges);
}

}  // namespace rad
