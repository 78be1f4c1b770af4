#include "worker/text/gguf_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/worker/model_files/gguf_builder.h"

namespace rad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

GgufBuilder Sample(const std::string& pre) {
  GgufBuilder builder;
  builder.Text("tokenizer.ggml.model", "gpt2").Text("tokenizer.ggml.pre", pre);
  builder.Texts("tokenizer.ggml.tokens", {"a", "b", "c", "ab", "abc", "<|x|>", "<y>", "1", "\u00C3\u00A9"});
  builder.Ints("tokenizer.ggml.token_type", {1, 1, 1, 1, 1, 3, 4, 1, 1});
  builder.Texts("tokenizer.ggml.merges", {"a b"}).Uint("tokenizer.ggml.eos_token_id", 5);
  return builder;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> Open(const GgufBuilder& builder) {
  const std::string file = builder.Build();
  auto gguf = ParseGguf(std::as_bytes(std::span(file)));
  if (!gguf.ok()) return gguf.status();
  return TokenizerOfGguf(*gguf);  // keeps nothing of the file
}

std::string ErrorOf(const GgufBuilder& builder) {
  auto tokenizer = Open(builder);
  EXPECT_EQ(tokenizer.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(tokenizer.status().message());
}

TEST(GgufTokenizer, ControlAndUserTokensAreFoundWhole) {
  auto tokenizer = Open(Sample("smollm"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_THAT(*(*tokenizer)->Encode("ab<|x|>c<y>1a"), ElementsAre(3, 5, 2, 6, 7, 0));
  EXPECT_EQ((*tokenizer)->eos(), 5);
  EXPECT_FALSE((*tokenizer)->bos());
  EXPECT_EQ(*(*tokenizer)->DecodeBytes(std::vector<TokenId>{5, 8, 3}), "<|x|>\u00E9ab");
}

// "abc" is a token that no merge reaches: Llama 3 takes it whole.
TEST(GgufTokenizer, OnlyLlama3IgnoresMergesForAPieceThatIsAToken) {
  EXPECT_THAT(*(*Open(Sample("llama-bpe")))->Encode("abc"), ElementsAre(4));
  EXPECT_THAT(*(*Open(Sample("qwen2")))->Encode("abc"), ElementsAre(3, 2));
  EXPECT_THAT(*(*Open(Sample("gpt-2")))->Encode("abc"), ElementsAre(3, 2));
}

TEST(GgufTokenizer, NamesWhatItDoesNotSupport) {
  EXPECT_THAT(ErrorOf(Sample("deepseek-coder")),
              HasSubstr("'deepseek-coder' is not supported; known are gpt-2"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Text("tokenizer.ggml.model", "llama")),
              HasSubstr("'llama' is not supported"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").WithoutKey("tokenizer.ggml.pre")),
              HasSubstr("'tokenizer.ggml.pre' is missing"));
}

TEST(GgufTokenizer, RefusesListsThatDisagree) {
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Ints("tokenizer.ggml.token_type", {1})),
              HasSubstr("token_type has 1 items"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Ints("tokenizer.ggml.tokens", {1})), HasSubstr("array of strings"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Texts("tokenizer.ggml.merges", {"ab"})), HasSubstr("item 0, 'ab'"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Texts("tokenizer.ggml.merges", {"a q"})),
              HasSubstr("merge 0 of 'a' and 'q'"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Uint("tokenizer.ggml.bos_token_id", 9)),
              HasSubstr("BOS token has id 9"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Text("tokenizer.ggml.bos_token_id", "x")),
              HasSubstr("unsigned integer"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Texts("tokenizer.ggml.tokens", std::vector<std::string>(9, "a"))),
              HasSubstr("tokens 0 and 1 are both 'a'"));
  EXPECT_THAT(ErrorOf(Sample("gpt-2").Texts("tokenizer.ggml.tokens",
                                            {"a", "b", "c", "ab", "\xFF", "d", "e", "f", "g"})),
              HasSubstr("token 4 is not UTF-8"));
}

}  // namespace
}  // namespace rad
