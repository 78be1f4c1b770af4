#include "worker/text/text_window.h"

#include <gtest/gtest.h>

#include <algorithm>

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
}

// One token for twenty bytes: far more than the first look at the text supposes.
class WideTokenizer : public ByteTokenizer {
 public:
  absl::StatusOr<std::vector<TokenId>> Encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < text.size(); i += 20) ids.push_back(static_cast<unsigned char>(text[i]));
    return ids;
  }
};

TEST(TokensFrom, LooksFurtherWhereTokensAreLong) {
  const std::string text = std::string(200 * 20, 'a') + std::string(600 * 20, 'b');
  const absl::StatusOr<std::vector<TokenId>> ids = TokensFrom(WideTokenizer(), text, 0, 300);
  ASSERT_TRUE(ids.ok()) << ids.status();
  EXPECT_EQ(ids->size(), 300U);
  EXPECT_EQ(std::count(ids->begin(), ids->end(), 'a'), 200);
}

TEST(TokensFrom, BrokenUtf8BecomesReplacementCharacters) {
  EXPECT_EQ(Window("a\xff", 0, 9), "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace rad
