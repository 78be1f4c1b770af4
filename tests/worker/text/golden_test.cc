// Tokenizers of the four families against ids that Hugging Face's tokenizers gave.
// The small vocabularies in tests/data/text were trained by that library (0.22) with each family's settings.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/worker/text/golden_cases.h"
#include "worker/text/nfc.h"
#include "worker/text/tokenizer.h"
#include "worker/text/tokenizer_json.h"

namespace rad {
namespace {

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class Family : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto tokenizer = ReadTokenizerJson(ReadText(GoldenFolder() / (GetParam() + ".tokenizer.json")), {});
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
    cases_ = ReadLines(GoldenFolder() / (GetParam() + ".cases.jsonl"));
    ASSERT_GT(cases_.size(), 200u);
  }
  std::unique_ptr<Tokenizer> tokenizer_;
  std::vector<nlohmann::json> cases_;
};

TEST_P(Family, EncodesAsTheReferenceDoes) { ExpectIds(*tokenizer_, cases_); }

TEST_P(Family, DecodesToTheTextThatWasEncoded) {
  for (const auto& example : cases_) {
    const auto text = example["text"].get<std::string>();
    auto bytes = tokenizer_->DecodeBytes(*tokenizer_->Encode(text));
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(*bytes, GetParam() == "qwen2" ? ToNfc(text) : text) << example["text"].dump();
  }
}

TEST_P(Family, WrittenAsJsonReadsBackTheSame) {
  auto again = ReadTokenizerJson(tokenizer_->ToTokenizerJson(), {});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->vocab_size(), tokenizer_->vocab_size());
  EXPECT_EQ((*again)->ToTokenizerJson(), tokenizer_->ToTokenizerJson());
  ExpectIds(**again, cases_);
}

INSTANTIATE_TEST_SUITE_P(All, Family, testing::Values("gpt2", "smollm", "llama3", "qwen2"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace rad
