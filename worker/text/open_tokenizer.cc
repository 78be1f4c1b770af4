#include <string>

#include "worker/model/gguf.h"
#include "worker/model/json.h"
#include "worker/model/mapped_file.h"
#include "worker/model/str_cat.h"
#include "worker/text/gguf_tokenizer.h"
#include "worker/text/tokenizer.h"
#include "worker/text/tokenizer_json.h"

namespace rad {
namespace {

std::string_view TextOf(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

absl::Status At(const std::filesystem::path& path, const absl::Status& status) {
  return absl::Status(status.code(), StrCat(path.string(), ": ", std::string(status.message())));
}

// An id, or the first of a list of them.
std::optional<TokenId> IdIn(const nlohmann::json& config, const char* key) {
  const nlohmann::json* value = FindMember(config, key);
  if (value != nullptr && value->is_array() && !value->empty()) value = &(*value)[0];
  if (value == nullptr || !value->is_number_unsigned() || *value > INT32_MAX) return std::nullopt;
  return value->get<TokenId>();
}

// BOS and EOS as the model's configuration beside the tokenizer names them.
absl::StatusOr<SpecialMarks> MarksOf(const std::filesystem::path& folder) {
  const auto path = folder / "config.json";
  auto file = MappedFile::Open(path);
  if (absl::IsNotFound(file.status())) return SpecialMarks();
  if (!file.ok()) return file.status();
  auto config = ParseJson(TextOf(*file), path.string());
  if (!config.ok()) return config.status();
  return SpecialMarks{IdIn(*config, "bos_token_id"), IdIn(*config, "eos_token_id")};
}

absl::StatusOr<std::unique_ptr<Tokenizer>> OpenFolder(const std::filesystem::path& folder) {
  const auto path = folder / "tokenizer.json";
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  auto marks = MarksOf(folder);
  if (!marks.ok()) return marks.status();
  auto tokenizer = ReadTokenizerJson(TextOf(*file), *marks);
  if (!tokenizer.ok()) return At(path, tokenizer.status());
  return tokenizer;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> OpenGguf(const std::filesystem::path& path) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  auto gguf = ParseGguf(file->bytes());
  if (!gguf.ok()) return At(path, gguf.status());
  auto tokenizer = TokenizerOfGguf(*gguf);
  if (!tokenizer.ok()) return At(path, tokenizer.status());
  return tokenizer;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> OpenTokenizer(const std::filesystem::path& model) {
  std::error_code ignored;
  return std::filesystem::is_directory(model, ignored) ? OpenFolder(model) : OpenGguf(model);
}

}  // namespace rad
