#include <nlohmann/json.hpp>

#include "worker/model/hugging_face_files.h"

namespace rad {
namespace {

void AddMark(const Tokenizer& tokenizer, const char* key, std::optional<TokenId> mark,
             nlohmann::ordered_json& json) {
  if (!mark) return;
  const auto text = tokenizer.DecodeBytes({&*mark, 1});
  if (text.ok()) json[key] = *text;
}

}  // namespace

std::string TokenizerConfigJson(const Tokenizer& tokenizer) {
  nlohmann::ordered_json json{{"tokenizer_class", "PreTrainedTokenizerFast"},
                              {"clean_up_tokenization_spaces", false}};
  AddMark(tokenizer, "bos_token", tokenizer.bos(), json);
  AddMark(tokenizer, "eos_token", tokenizer.eos(), json);
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace rad
