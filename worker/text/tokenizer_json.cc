#include "worker/text/tokenizer_json.h"

#include <algorithm>

#include "worker/model/json.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

using Json = nlohmann::json;

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError("tokenizer.json: " + message); }

std::string TypeOf(const Json& part) {
  const std::string* type = FindString(part, "type");
  return type == nullptr ? "" : *type;
}

// Ids may have gaps, as added tokens do in some models, but a damaged one must not make a table of billions.
std::int64_t MaxId(std::size_t tokens) { return 2 * static_cast<std::int64_t>(tokens) + 1024; }

absl::Status PlaceToken(const std::string& text, const Json& id, std::int64_t max_id, TokenizerSpec& spec) {
  if (!id.is_number_integer() || id < 0 || id > max_id) {
    return Invalid(
        StrCat("token '", text, "' has id ", id.dump(), "; it must be an integer from 0 to ", max_id));
  }
  if (text.empty()) return Invalid(StrCat("token ", id.dump(), " has 0 bytes; every token must have some"));
  const auto at = id.get<std::size_t>();
  if (at >= spec.tokens.size()) spec.tokens.resize(at + 1);
  if (!spec.tokens[at].empty() && spec.tokens[at] != text) {
    return Invalid(StrCat("id ", at, " is given to both '", spec.tokens[at], "' and '", text, "'"));
  }
  spec.tokens[at] = text;
  return absl::OkStatus();
}

absl::Status ReadVocabulary(const Json& model, std::int64_t max_id, TokenizerSpec& spec) {
  const Json* vocab = FindMember(model, "vocab");
  if (vocab == nullptr || !vocab->is_object()) return Invalid("model.vocab must be an object of token: id");
  for (const auto& [text, id] : vocab->items()) {
    if (auto status = PlaceToken(text, id, max_id, spec); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadAddedToken(const Json& item, std::int64_t max_id, TokenizerSpec& spec) {
  const std::string* content = FindString(item, "content");
  const Json* id = FindMember(item, "id");
  if (content == nullptr || id == nullptr) return Invalid("an item of added_tokens lacks its content or id");
  for (const char* flag : {"single_word", "lstrip", "rstrip"}) {
    if (IsTrue(item, flag))
      return Invalid(StrCat("added token '", *content, "' has ", flag, ", which is not supported"));
  }
  if (auto status = PlaceToken(*content, *id, max_id, spec); !status.ok()) return status;
  const bool special = IsTrue(item, "special");
  const bool normalized = FindMember(item, "normalized") == nullptr ? !special : IsTrue(item, "normalized");
  spec.added.push_back({id->get<TokenId>(), *content, special, normalized});
  return absl::OkStatus();
}

absl::Status ReadTokens(const Json& root, const Json& model, TokenizerSpec& spec) {
  const Json* vocab = FindMember(model, "vocab");
  const Json* added = FindMember(root, "added_tokens");
  if (added != nullptr && !added->is_array()) return Invalid("added_tokens must be an array");
  const std::int64_t max_id =
      MaxId((vocab == nullptr ? 0 : vocab->size()) + (added == nullptr ? 0 : added->size()));
  if (auto status = ReadVocabulary(model, max_id, spec); !status.ok()) return status;
  if (added == nullptr) return absl::OkStatus();
  for (const Json& item : *added) {
    if (auto status = ReadAddedToken(item, max_id, spec); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// A merge is "left right" in older files, ["left", "right"] in newer ones.
absl::Status ReadMerges(const Json& model, TokenizerSpec& spec) {
  const Json* merges = FindMember(model, "merges");
  if (merges == nullptr || !merges->is_array()) return Invalid("model.merges must be an array");
  for (const Json& merge : *merges) {
    if (const auto* text = merge.get_ptr<const std::string*>()) {
      const std::size_t space = text->find(' ');
      if (space != text->npos && text->find(' ', space + 1) == text->npos) {
        const std::string_view view = *text;
        spec.merges.emplace_back(view.substr(0, space), view.substr(space + 1));
        continue;
      }
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      spec.merges.emplace_back(merge[0].get_ref<const std::string&>(),
                               merge[1].get_ref<const std::string&>());
      continue;
    }
    return Invalid(StrCat("model.merges: item ", spec.merges.size(), " must be two tokens"));
  }
  return absl::OkStatus();
}

// Options of the model that this tokenizer does not follow must be off.
absl::Status CheckModel(const Json& model) {
  if (const std::string type = TypeOf(model); !type.empty() && type != "BPE") {
    return Invalid(StrCat("model.type '", type, "' is not supported; only BPE is"));
  }
  if (IsTrue(model, "byte_fallback"))
    return Invalid("model.byte_fallback is not supported; use a byte-level BPE model");
  for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix", "unk_token"}) {
    const std::string* value = FindString(model, affix);
    if (value != nullptr && !value->empty())
      return Invalid(StrCat("model.", affix, " '", *value, "' is not supported"));
  }
  const Json* dropout = FindMember(model, "dropout");
  if (dropout != nullptr && *dropout != 0) return Invalid("model.dropout is not supported; set it to null");
  return absl::OkStatus();
}

absl::Status ReadNormalizer(const Json& root, TokenizerSpec& spec) {
  const Json* normalizer = FindMember(root, "normalizer");
  if (normalizer == nullptr) return absl::OkStatus();
  if (TypeOf(*normalizer) != "NFC") {
    return Invalid(StrCat("normalizer '", TypeOf(*normalizer), "' is not supported; known are null and NFC"));
  }
  spec.nfc = true;
  return absl::OkStatus();
}

bool IsByteLevel(const Json& part, bool use_regex) {
  const Json* option = FindMember(part, "use_regex");
  return TypeOf(part) == "ByteLevel" && !IsTrue(part, "add_prefix_space") &&
         (option == nullptr || *option == true) == use_regex;
}

const std::string* IsolatedRegex(const Json& part) {
  const std::string* behavior = FindString(part, "behavior");
  const Json* pattern = FindMember(part, "pattern");
  if (TypeOf(part) != "Split" || IsTrue(part, "invert") || behavior == nullptr || *behavior != "Isolated")
    return nullptr;
  return pattern == nullptr ? nullptr : FindString(*pattern, "Regex");
}

std::optional<PreTokenizerKind> KindOf(const Json& part) {
  if (IsByteLevel(part, true)) return PreTokenizerKind::kGpt2;
  const Json* list = FindMember(part, "pretokenizers");
  if (TypeOf(part) != "Sequence" || list == nullptr || !list->is_array() || list->size() != 2)
    return std::nullopt;
  const Json &first = (*list)[0], &second = (*list)[1];
  if (TypeOf(first) == "Digits" && IsTrue(first, "individual_digits") && IsByteLevel(second, true)) {
    return PreTokenizerKind::kSmolLm;
  }
  const std::string* regex = IsolatedRegex(first);
  if (regex == nullptr || !IsByteLevel(second, false)) return std::nullopt;
  return PreTokenizerOfRegex(*regex);
}

absl::Status ReadPreTokenizer(const Json& root, TokenizerSpec& spec) {
  const Json* part = FindMember(root, "pre_tokenizer");
  const auto kind = part == nullptr ? std::nullopt : KindOf(*part);
  if (!kind) {
    constexpr std::size_t kShown = 400;
    return Invalid(StrCat("pre_tokenizer ", part == nullptr ? "null" : part->dump().substr(0, kShown),
                          " is not supported; known are those of gpt-2, smollm, llama-bpe and qwen2"));
  }
  spec.pre_tokenizer = *kind;
  return absl::OkStatus();
}

Json ByteLevel(bool use_regex) {
  return {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", use_regex}};
}

Json PreTokenizerJson(PreTokenizerKind kind) {
  if (kind == PreTokenizerKind::kGpt2) return ByteLevel(true);
  if (kind == PreTokenizerKind::kSmolLm) {
    const Json digits = {{"type", "Digits"}, {"individual_digits", true}};
    return {{"type", "Sequence"}, {"pretokenizers", Json::array({digits, ByteLevel(true)})}};
  }
  const Json split = {{"type", "Split"},
                      {"pattern", {{"Regex", std::string(RegexOf(kind))}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  return {{"type", "Sequence"}, {"pretokenizers", Json::array({split, ByteLevel(false)})}};
}

Json AddedTokensJson(const TokenizerSpec& spec) {
  Json added = Json::array();
  for (const AddedToken& token : spec.added) {
    added.push_back({{"id", token.id},
                     {"content", token.content},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", token.normalized},
                     {"special", token.special}});
  }
  return added;
}

Json ModelJson(const TokenizerSpec& spec) {
  Json vocab = Json::object();
  for (std::size_t id = 0; id < spec.tokens.size(); ++id) {
    if (!spec.tokens[id].empty()) vocab[spec.tokens[id]] = id;
  }
  Json merges = Json::array();
  for (const auto& [left, right] : spec.merges) merges.push_back({std::string(left), std::string(right)});
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", spec.ignore_merges},
          {"vocab", std::move(vocab)},
          {"merges", std::move(merges)}};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> ReadTokenizerJson(std::string_view text, SpecialMarks marks) {
  auto root = ParseJson(text, "tokenizer.json");
  if (!root.ok()) return root.status();
  const Json* model = FindMember(*root, "model");
  if (model == nullptr) return Invalid("'model' is missing; is this a tokenizer.json of Hugging Face?");
  TokenizerSpec spec;
  spec.bos = marks.bos;
  spec.eos = marks.eos;
  if (auto status = CheckModel(*model); !status.ok()) return status;
  if (auto status = ReadNormalizer(*root, spec); !status.ok()) return status;
  if (auto status = ReadPreTokenizer(*root, spec); !status.ok()) return status;
  if (auto status = ReadTokens(*root, *model, spec); !status.ok()) return status;
  if (auto status = ReadMerges(*model, spec); !status.ok()) return status;
  spec.ignore_merges = IsTrue(*model, "ignore_merges");
  return MakeTokenizer(std::move(spec));
}

std::string WriteTokenizerJson(const TokenizerSpec& spec) {
  const Json root = {{"version", "1.0"},
                     {"truncation", nullptr},
                     {"padding", nullptr},
                     {"added_tokens", AddedTokensJson(spec)},
                     {"normalizer", spec.nfc ? Json{{"type", "NFC"}} : Json()},
                     {"pre_tokenizer", PreTokenizerJson(spec.pre_tokenizer)},
                     {"post_processor", nullptr},
                     {"decoder", ByteLevel(true)},
                     {"model", ModelJson(spec)}};
  return root.dump();
}

}  // namespace rad
