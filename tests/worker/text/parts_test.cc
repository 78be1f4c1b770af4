// The parts of a tokenizer, each on its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "worker/text/byte_alphabet.h"
#include "worker/text/byte_pairs.h"
#include "worker/text/nfc.h"
#include "worker/text/pre_tokenizer.h"
#include "worker/text/special_tokens.h"
#include "worker/text/tokenizer.h"
#include "worker/text/utf8.h"

namespace rad {
namespace {

using testing::ElementsAre;

TEST(Utf8, ReplacesEachMaximalInvalidPart) {
  EXPECT_EQ(ReplaceInvalidUtf8("a\xC3\xA9z"), "a\u00E9z");
  // The table of Unicode 15, section 3.9: a truncated sequence is one part, bytes that begin nothing are one
  // each.
  EXPECT_EQ(ReplaceInvalidUtf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
  EXPECT_EQ(ReplaceInvalidUtf8("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(ReplaceInvalidUtf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(ReplaceInvalidUtf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond U+10FFFF
}

TEST(Utf8, EveryCharacterSurvivesWritingAndReading) {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(code, text);
    const Utf8Char read = FirstUtf8Char(text);
    ASSERT_TRUE(read.valid && read.code == code && read.bytes == text.size()) << static_cast<unsigned>(code);
  }
}

TEST(ByteAlphabet, IsOneToOne) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(BytesOfCharacters(CharactersOfBytes(all)), all);
  EXPECT_EQ(CharactersOfBytes(" \n"), "\u0120\u010A");
  EXPECT_FALSE(BytesOfCharacters("\u4E2D").has_value());
}

TEST(Nfc, MatchesTheReference) {
  std::ifstream in(std::filesystem::path(std::getenv("RAD_TEST_DATA")) / "text" / "nfc.jsonl");
  int cases = 0;
  for (std::string line; std::getline(in, line); ++cases) {
    const auto example = nlohmann::json::parse(line);
    EXPECT_EQ(ToNfc(example["text"].get<std::string>()), example["nfc"].get<std::string>()) << line;
  }
  EXPECT_EQ(cases, 600);
}

std::vector<std::string> Pieces(PreTokenizerKind kind, const std::string& text) {
  std::vector<std::string> pieces;
  const auto status =
      PreTokenizer(kind).Split(text, [&](std::string_view piece) { pieces.emplace_back(piece); });
  EXPECT_TRUE(status.ok()) << status;
  return pieces;
}

TEST(PreTokenizer, FamiliesCutNumbersDifferently) {
  EXPECT_THAT(Pieces(PreTokenizerKind::kGpt2, "a  1234b"), ElementsAre("a", " ", " 1234", "b"));
  EXPECT_THAT(Pieces(PreTokenizerKind::kSmolLm, "a  1234b"), ElementsAre("a", "  ", "1", "2", "3", "4", "b"));
  EXPECT_THAT(Pieces(PreTokenizerKind::kLlama3, "a  1234b"), ElementsAre("a", " ", " ", "123", "4", "b"));
  EXPECT_THAT(Pieces(PreTokenizerKind::kQwen2, "a  1234b"),
              ElementsAre("a", " ", " ", "1", "2", "3", "4", "b"));
}

TEST(PreTokenizer, FamiliesCutContractionsAndLinesDifferently) {
  EXPECT_THAT(Pieces(PreTokenizerKind::kGpt2, "I'LL it's\n\n x"),
              ElementsAre("I", "'", "LL", " it", "'s", "\n\n", " x"));
  EXPECT_THAT(Pieces(PreTokenizerKind::kLlama3, "I'LL it's!\n\n x"),
              ElementsAre("I", "'LL", " it", "'s", "!\n\n", " x"));
}

TEST(PreTokenizer, KnowsWhatIsWhiteSpace) {
  EXPECT_THAT(Pieces(PreTokenizerKind::kGpt2, "a\u2003\u2003b"), ElementsAre("a", "\u2003", "\u2003", "b"));
  EXPECT_THAT(Pieces(PreTokenizerKind::kGpt2, "\u180E!"),
              ElementsAre("\u180E!"));  // no white space since Unicode 6.3
  EXPECT_THAT(Pieces(PreTokenizerKind::kGpt2, "\x1C!"), ElementsAre("\x1C!"));
}

// Would take hours if a step were quadratic, and fail if it recursed.
TEST(PreTokenizer, TakesLongRunsOfOneKind) {
  constexpr std::size_t kLong = 1 << 20;
  for (const auto kind : {PreTokenizerKind::kGpt2, PreTokenizerKind::kSmolLm, PreTokenizerKind::kLlama3,
                          PreTokenizerKind::kQwen2}) {
    EXPECT_EQ(Pieces(kind, std::string(kLong, 'a')).size(), 1u);
    EXPECT_EQ(Pieces(kind, std::string(kLong, ' ') + "a").size(), 2u);
    EXPECT_EQ(Pieces(kind, std::string(kLong, '\n')).size(), 1u);
    EXPECT_EQ(Pieces(kind, std::string(kLong, '!')).size(), 1u);
  }
}

std::array<TokenId, 256> LetterTokens() {
  std::array<TokenId, 256> tokens;
  tokens.fill(BytePairs::kNoToken);
  for (int i = 0; i < 26; ++i) tokens[static_cast<std::size_t>('a' + i)] = i;
  return tokens;
}

TEST(BytePairs, TakesTheBestRankFirstAndOfEqualsTheLeftmost) {
  // ids 0 a, 1 b, 2 c; bc = 30 outranks ab = 31; aa = 32.
  const Merge merges[] = {{1, 2, 30}, {0, 1, 31}, {0, 0, 32}, {32, 32, 33}};
  const BytePairs pairs(LetterTokens(), merges);
  const auto encode = [&](std::string_view piece) {
    std::vector<TokenId> ids;
    pairs.Encode(piece, ids);
    return ids;
  };
  EXPECT_THAT(encode("abc"), ElementsAre(0, 30));
  EXPECT_THAT(encode("abab"), ElementsAre(31, 31));
  EXPECT_THAT(encode("aaa"), ElementsAre(32, 0));
  EXPECT_THAT(encode("aaaaa"), ElementsAre(33, 0));
  EXPECT_THAT(encode(""), ElementsAre());
  EXPECT_THAT(encode("A"), ElementsAre());
}

TEST(BytePairs, TakesAMillionBytesInOnePiece) {
  std::vector<Merge> merges = {{0, 0, 100}};
  for (TokenId id = 100; id < 110; ++id) merges.push_back({id, id, id + 1});
  std::vector<TokenId> ids;
  BytePairs(LetterTokens(), merges).Encode(std::string(1 << 20, 'a'), ids);
  EXPECT_EQ(ids, std::vector<TokenId>((1 << 20) >> 11, 110));
}

TEST(SpecialTokens, FindsTheLeftmostAndOfThoseTheLongest) {
  SpecialTokens specials;
  specials.Add("<a>", 1);
  specials.Add("<a><b>", 2);
  specials.Add("b>", 3);
  EXPECT_EQ(specials.FindFirst("x<a><b>").id, 2);
  EXPECT_EQ(specials.FindFirst("x<a><b>").at, 1u);
  EXPECT_EQ(specials.FindFirst("<a><c").bytes, 3u);
  EXPECT_EQ(specials.FindFirst("<<b>").id, 3);
  EXPECT_EQ(specials.FindFirst("<a").bytes, 0u);
  EXPECT_EQ(SpecialTokens().FindFirst("abc").at, std::string_view::npos);
}

}  // namespace
}  // namespace rad
