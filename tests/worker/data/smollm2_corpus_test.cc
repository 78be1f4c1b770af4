// Real text through a real tokenizer: into shards, out of them, and as sequences.
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/worker/data/text_folder.h"
#include "tests/worker/transformer/smollm2.h"
#include "worker/data/corpus.h"
#include "worker/data/write_shards.h"

namespace rad {
namespace {

std::string Prose(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) {
    absl::StrAppend(&text, "Chapter ", i * 7919 % 1000, ": \"na\u00efve\" travellers paid \u20ac", i,
                    ".50, didn't they?\n", i % 5 == 0 ? "\n    An indented line, twice   spaced.\n" : "");
  }
  return text;
}

class SmolLm2Corpus : public testing::Test {
 protected:
  void SetUp() override {
    RAD_REQUIRE_SMOLLM2();
    auto tokenizer = OpenTokenizer(SmolLm2Path());
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
  }

  std::set<std::string> Texts(const DataSpec& spec) {
    const auto corpus = OpenCorpus(spec, *tokenizer_);
    EXPECT_TRUE(corpus.ok()) << corpus.status();
    std::set<std::string> texts;
    for (const TokenSpan& document : corpus->sources[0].train)
      texts.insert(tokenizer_->DecodeBytes(document.Ids()).value());
    return texts;
  }
  DataSpec Of(DataSource::Kind kind, const std::string& glob) const {
    DataSpec spec{.held_out_share = 0};
    spec.sources.push_back({kind, {(folder_.path() / glob).string()}});
    return spec;
  }

  const TextFolder folder_;
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(SmolLm2Corpus, TextLinesAndShardsHoldTheSameDocuments) {
  const std::set<std::string> texts = {Prose(3), Prose(200), "A single line\n"};
  std::string lines;
  for (const std::string& text : texts) {
    folder_.Add(absl::StrCat(text.size(), ".txt"), text);
    absl::StrAppend(&lines, nlohmann::json{{"text", text}}.dump(), "\n");
  }
  folder_.Add("all.jsonl", lines);
  EXPECT_EQ(Texts(Of(DataSource::Kind::kText, "*.txt")), texts);
  EXPECT_EQ(Texts(Of(DataSource::Kind::kJsonl, "*.jsonl")), texts);
  const DataSource source{DataSource::Kind::kText, {folder_.Glob()}};
  const auto written =
      WriteShards(FilesOfSource(source, "--text").value(), *tokenizer_, folder_.path() / "shards");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->documents, 3u);
  EXPECT_EQ(Texts(Of(DataSource::Kind::kTokens, "shards/*.tokens")), texts);
}

// A document of several pieces has the tokens of the whole.
TEST_F(SmolLm2Corpus, ALargeDocumentIsTokenisedAsAWhole) {
  const std::string text = Prose(40'000);
  ASSERT_GT(text.size(), std::size_t{2} << 20);
  folder_.Add("large.txt", text);
  const auto corpus = OpenCorpus(Of(DataSource::Kind::kText, "large.txt"), *tokenizer_);
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  EXPECT_EQ(corpus->sources[0].train[0].Ids(), tokenizer_->Encode(text).value());
}

}  // namespace
}  // namespace rad
