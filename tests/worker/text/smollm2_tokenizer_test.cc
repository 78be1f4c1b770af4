// SmolLM2's own tokenizer against ids and bytes that Hugging Face's tokenizers gave.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "tests/worker/text/golden_cases.h"
#include "tests/worker/transformer/smollm2.h"
#include "worker/text/tokenizer.h"
#include "worker/text/tokenizer_json.h"

namespace rad {
namespace {

class SmolLm2Tokenizer : public testing::Test {
 protected:
  void SetUp() override {
    RAD_REQUIRE_SMOLLM2();
    auto tokenizer = OpenTokenizer(SmolLm2Path());
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
  }
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(SmolLm2Tokenizer, EncodesAsItWasTrained) {
  const auto cases = ReadLines(GoldenFolder() / "tokenizer_smollm2.jsonl");
  ASSERT_EQ(cases.size(), 700u);
  ExpectIds(*tokenizer_, cases);
}

TEST_F(SmolLm2Tokenizer, DecodesExactBytes) {
  const auto cases = ReadLines(GoldenFolder() / "tokenizer_smollm2_decode.jsonl");
  ASSERT_EQ(cases.size(), 120u);
  for (const auto& example : cases) {
    auto bytes = tokenizer_->DecodeBytes(example["ids"].get<std::vector<TokenId>>());
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(absl::BytesToHexString(*bytes), example["bytes"].get<std::string>());
    EXPECT_EQ(ReplaceInvalidUtf8(*bytes), example["decoded"].get<std::string>());
  }
}

TEST_F(SmolLm2Tokenizer, WrittenAsJsonReadsBackTheSame) {
  EXPECT_EQ(tokenizer_->vocab_size(), 49152);
  ASSERT_TRUE(tokenizer_->bos() && tokenizer_->eos());
  auto again = ReadTokenizerJson(tokenizer_->ToTokenizerJson(), {tokenizer_->bos(), tokenizer_->eos()});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->vocab_size(), tokenizer_->vocab_size());
  EXPECT_EQ((*again)->eos(), tokenizer_->eos());
  ExpectIds(**again, ReadLines(GoldenFolder() / "tokenizer_smollm2.jsonl"));
}

}  // namespace
}  // namespace rad
