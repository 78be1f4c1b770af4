#include "worker/data/held_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/data/text_folder.h"

namespace rad {
namespace {

TEST(HeldOut, TakesWholeSequencesFromAllHeldOutDocumentsInTurn) {
  const TextFolder folder;
  for (char c = 'a'; c < 'i'; ++c)
    folder.Add(std::string(1, c) + ".txt", std::string(c == 'a' ? 10 : 200, c));
  const DataSpec spec{.text = {folder.Glob()}, .sequence_tokens = 20, .held_out_share = 0.5};
  const auto corpus = OpenCorpus(spec, ByteTokenizer());
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  const auto sequences = HeldOutSequences(*corpus, 20, 100);
  ASSERT_TRUE(sequences.ok()) << sequences.status();
  ASSERT_EQ(sequences->size(), 5U);
  std::set<TokenId> letters;
  for (const std::vector<TokenId>& sequence : *sequences) {
    EXPECT_EQ(sequence.size(), 20U);
    letters.insert(sequence.front());
  }
  std::set<TokenId> long_enough;
  for (const TokenSpan& document : corpus->held_out) {
    if (document.size() >= 20) long_enough.insert(document[0]);
  }
  EXPECT_EQ(letters, long_enough);
}

TEST(HeldOut, GivesFewerWhereTheTextEnds) {
  const TextFolder folder;
  folder.Add("1.txt", std::string(50, '1'));
  folder.Add("2.txt", std::string(50, '2'));
  const auto corpus = OpenCorpus({.text = {folder.Glob()}, .held_out_share = 0.5}, ByteTokenizer());
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  const auto sequences = HeldOutSequences(*corpus, 20, 9999);
  ASSERT_TRUE(sequences.ok()) << sequences.status();
  EXPECT_EQ(sequences->size(), 2U);
}

TEST(HeldOut, SaysWhatIsMissing) {
  const auto none = HeldOutSequences({}, 20, 10);
  EXPECT_THAT(std::string(none.status().message()), testing::HasSubstr("evaluate.text_tokens"));
  const TextFolder folder;
  folder.Add("1.txt", "short");
  folder.Add("2.txt", "brief");
  const auto corpus = OpenCorpus({.text = {folder.Glob()}, .held_out_share = 0.5}, ByteTokenizer());
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  const auto brief = HeldOutSequences(*corpus, 20, 10);
  EXPECT_THAT(std::string(brief.status().message()), testing::HasSubstr("data.sequence_tokens"));
}

TEST(HeldOut, IsReadAsText) {
  const TextFolder folder;
  folder.Add("1.txt", "one text");
  folder.Add("2.txt", "one text");
  folder.Add("3.txt", "another");
  const auto corpus = OpenCorpus({.text = {folder.Glob()}, .held_out_share = 0.5}, ByteTokenizer());
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  const auto texts = HeldOutTexts(*corpus, ByteTokenizer());
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_EQ(texts->size(), 1U);
  EXPECT_TRUE(texts->front() == "one text" || texts->front() == "another");
}

}  // namespace
}  // namespace rad
