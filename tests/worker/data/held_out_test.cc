#include "worker/data/held_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/data/text_folder.h"
#include "worker/data/documents.h"

namespace rad {
namespace {

TEST(HeldOut, TakesWholeSequencesFromAllHeldOutDocumentsInTurn) {
  const TextFolder folder;
  for (char c = 'a'; c < 'i'; ++c)
    folder.Add(std::string(1, c) + ".txt", std::string(c == 'a' ? 10 : 200, c));
  const DataSpec spec{.text = {folder.Glob()}, .sequence_tokens = 20, .held_out_share = 0.5};
  const absl::StatusOr<DocumentSplit> split = ReadDocuments(spec);
  ASSERT_TRUE(split.ok());
  const auto sequences = HeldOutSequences(spec, ByteTokenizer(), 100);
  ASSERT_TRUE(sequences.ok()) << sequences.status();
  ASSERT_EQ(sequences->size(), 5U);
  std::set<TokenId> letters;
  for (const std::vector<TokenId>& sequence : *sequences) {
    EXPECT_EQ(sequence.size(), 20U);
    letters.insert(sequence.front());
  }
  std::set<TokenId> long_enough;
  for (const Document& document : split->held_out) {
    if (document.text.size() >= 20) long_enough.insert(document.text.front());
  }
  EXPECT_EQ(letters, long_enough);
}

TEST(HeldOut, GivesFewerWhereTheTextEnds) {
  const TextFolder folder;
  folder.Add("1.txt", std::string(50, '1'));
  folder.Add("2.txt", std::string(50, '2'));
  const auto sequences = HeldOutSequences(
      {.text = {folder.Glob()}, .sequence_tokens = 20, .held_out_share = 0.5}, ByteTokenizer(), 9999);
  ASSERT_TRUE(sequences.ok()) << sequences.status();
  EXPECT_EQ(sequences->size(), 2U);
}

TEST(HeldOut, SaysWhatIsMissing) {
  const auto none = HeldOutSequences({}, ByteTokenizer(), 10);
  EXPECT_THAT(std::string(none.status().message()), testing::HasSubstr("evaluate.text_tokens"));
  const TextFolder folder;
  folder.Add("1.txt", "short");
  folder.Add("2.txt", "brief");
  const auto brief = HeldOutSequences({.text = {folder.Glob()}, .sequence_tokens = 20, .held_out_share = 0.5},
                                      ByteTokenizer(), 10);
  EXPECT_THAT(std::string(brief.status().message()), testing::HasSubstr("data.sequence_tokens"));
}

}  // namespace
}  // namespace rad
