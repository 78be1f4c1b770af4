#include "worker/text/pre_tokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

// White space is spelled out: PCRE2's own \s takes U+180E, which Unicode's White_Space and the expressions
// that the models were trained with do not.
#define RAD_SPACE R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})"

constexpr char kGpt2[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" RAD_SPACE
                         "\\p{L}\\p{N}]+|[" RAD_SPACE "]+(?![^" RAD_SPACE "])|[" RAD_SPACE "]+";
constexpr char kEachDigit[] = "\\p{N}|\\P{N}+";
#define RAD_LLAMA3(numbers)                                                               \
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" numbers "| ?[^" RAD_SPACE \
  "\\p{L}\\p{N}]+[\\r\\n]*|[" RAD_SPACE "]*[\\r\\n]+|[" RAD_SPACE "]+(?![^" RAD_SPACE "])|[" RAD_SPACE "]+"
constexpr char kLlama3[] = RAD_LLAMA3("\\p{N}{1,3}");
constexpr char kQwen2[] = RAD_LLAMA3("\\p{N}");

// The same two as tokenizer.json files write them.
constexpr std::string_view kLlama3Json =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2Json =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

std::vector<const char*> StagesOf(PreTokenizerKind kind) {
  switch (kind) {
    case PreTokenizerKind::kGpt2:
      return {kGpt2};
    case PreTokenizerKind::kSmolLm:
      return {kEachDigit, kGpt2};
    case PreTokenizerKind::kLlama3:
      return {kLlama3};
    case PreTokenizerKind::kQwen2:
      return {kQwen2};
  }
  std::abort();
}

}  // namespace

// One compiled expression that matches at the start of every non-empty text.
class PreTokenizer::Regex {
 public:
  explicit Regex(const char* pattern) {
    int error = 0;
    PCRE2_SIZE at = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern), PCRE2_ZERO_TERMINATED,
                          PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &at, nullptr);
    if (code_ == nullptr) {
      std::fprintf(stderr, "pre-tokenizer: PCRE2 error %d at offset %zu of %s\n", error, at, pattern);
      std::abort();
    }
    pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE);  // where the processor has no JIT the interpreter serves
  }
  ~Regex() { pcre2_code_free(code_); }
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  const pcre2_code* code() const { return code_; }

 private:
  pcre2_code* code_;
};

PreTokenizer::PreTokenizer(PreTokenizerKind kind) {
  for (const char* pattern : StagesOf(kind)) stages_.push_back(std::make_unique<Regex>(pattern));
}

PreTokenizer::~PreTokenizer() = default;

absl::Status PreTokenizer::Split(std::string_view text,
                                 const std::function<void(std::string_view)>& sink) const {
  return SplitFrom(0, text, sink);
}

absl::Status PreTokenizer::SplitFrom(std::size_t stage, std::string_view text,
                                     const std::function<void(std::string_view)>& sink) const {
  if (stage == stages_.size()) return sink(text), absl::OkStatus();
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
      pcre2_match_data_create(1, nullptr), pcre2_match_data_free);
  for (std::size_t at = 0; at < text.size();) {
    const int found = pcre2_match(stages_[stage]->code(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                  text.size(), at, PCRE2_NO_UTF_CHECK, match.get(), nullptr);
    const std::size_t end = found > 0 ? pcre2_get_ovector_pointer(match.get())[1] : at;
    if (end <= at) {
      return absl::ResourceExhaustedError(absl::StrCat("cannot split the text at byte ", at, ": PCRE2 error ",
                                                       found, "; give it in smaller parts"));
    }
    if (auto status = SplitFrom(stage + 1, text.substr(at, end - at), sink); !status.ok()) return status;
    at = end;
  }
  return absl::OkStatus();
}

std::optional<PreTokenizerKind> PreTokenizerNamed(std::string_view name) {
  if (name == "gpt-2") return PreTokenizerKind::kGpt2;
  if (name == "smollm") return PreTokenizerKind::kSmolLm;
  if (name == "llama-bpe") return PreTokenizerKind::kLlama3;
  if (name == "qwen2") return PreTokenizerKind::kQwen2;
  return std::nullopt;
}

std::optional<PreTokenizerKind> PreTokenizerOfRegex(std::string_view regex) {
  if (regex == kLlama3Json) return PreTokenizerKind::kLlama3;
  if (regex == kQwen2Json) return PreTokenizerKind::kQwen2;
  return std::nullopt;
}

std::string_view RegexOf(PreTokenizerKind kind) {
  if (kind == PreTokenizerKind::kLlama3) return kLlama3Json;
  if (kind == PreTokenizerKind::kQwen2) return kQwen2Json;
  return "";
}

}  // namespace rad
