#include "worker/data/text_window.h"

#include <gtest/gtest.h>

#include "tests/worker/ablation/byte_tokenizer.h"

namespace rad {
namespace {

std::string Window(std::string_view text, std::size_t begin, std::int64_t tokens) {
  const absl::StatusOr<std::vector<TokenId>> ids = TokensFrom(ByteTokenizer(), text, begin, tokens);
  EXPECT_TRUE(ids.ok()) << ids.status();
  return std::string(ids->begin(), ids->end());
}

TEST(NextWordStart, FollowsWhiteSpace) {
  EXPECT_EQ(NextWordStart("one two  three", 0), 0U);
  EXPECT_EQ(NextWordStart("one two  three", 1), 4U);
  EXPECT_EQ(NextWordStart("one two  three", 4), 4U);
  EXPECT_EQ(NextWordStart("one two  three", 5), 9U);
}

TEST(NextWordStart, WithoutWhiteSpaceTakesACharacterBoundary) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "\xe6\xbc\xa2";  // U+6F22, three bytes
  EXPECT_EQ(NextWordStart(text, 301), 303U);
  EXPECT_EQ(NextWordStart("last", 2), 2U);
}

TEST(TokensFrom, GivesTheTokensAskedForOrAllThereAre) {
  const std::string text = "0123456789 abcdef";
  EXPECT_EQ(Window(text, 11, 3), "abc");
  EXPECT_EQ(Window(text, 11, 100), "abcdef");
  EXPECT_EQ(Window(text, 999, 5), "");
  const std::string longer(5000, 'x');
  EXPECT_EQ(Window(longer, 1000, 2000).size(), 2000U);  // more than the first guess of bytes would need
}

TEST(TokensFrom, BrokenUtf8BecomesReplacementCharacters) {
  EXPECT_EQ(Window("a\xff", 0, 9), "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace rad
