// Tokenizers of the four families against ids that Hugging Face's tokenizers gave, and SmolLM2's own.
// The small vocabularies in tests/data/text were trained by that library (0.22) with each family's settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "worker/text/nfc.h"
#include "worker/text/tokenizer.h"
#include "worker/text/tokenizer_json.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

fs::path DataFolder() { return fs::path(std::getenv("RAD_TEST_DATA")) / "text"; }

std::string ReadText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<nlohmann::json> ReadLines(const fs::path& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

void ExpectIds(const Tokenizer& tokenizer, const std::vector<nlohmann::json>& cases) {
  for (const auto& example : cases) {
    const auto text = example["text"].get<std::string>();
    auto ids = tokenizer.Encode(text);
    ASSERT_TRUE(ids.ok()) << ids.status();
    EXPECT_EQ(*ids, example["ids"].get<std::vector<TokenId>>()) << example["text"].dump();
  }
}

class Family : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto tokenizer = ReadTokenizerJson(ReadText(DataFolder() / (GetParam() + ".tokenizer.json")), {});
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
    cases_ = ReadLines(DataFolder() / (GetParam() + ".cases.jsonl"));
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

class SmolLm2Tokenizer : public testing::Test {
 protected:
  void SetUp() override {
    const char* cache = std::getenv("RAD_CACHE");
    const fs::path path =
        fs::path(cache == nullptr ? "" : cache) / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
    if (!fs::exists(path)) GTEST_SKIP() << path << " is not there; deploy/fetch_teacher.sh fetches it";
    auto tokenizer = OpenTokenizer(path);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
  }
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(SmolLm2Tokenizer, EncodesAsItWasTrained) {
  const auto cases = ReadLines(DataFolder() / "tokenizer_smollm2.jsonl");
  ASSERT_EQ(cases.size(), 700u);
  ExpectIds(*tokenizer_, cases);
}

TEST_F(SmolLm2Tokenizer, DecodesExactBytes) {
  const auto cases = ReadLines(DataFolder() / "tokenizer_smollm2_decode.jsonl");
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
  ExpectIds(**again, ReadLines(DataFolder() / "tokenizer_smollm2.jsonl"));
}

}  // namespace
}  // namespace rad
