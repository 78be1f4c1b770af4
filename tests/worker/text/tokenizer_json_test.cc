// tokenizer.json files that say something this tokenizer would not do, or nothing sensible at all.
#include "worker/text/tokenizer_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/worker/model_files/tiny_model.h"

namespace rad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

// "ab" merges, "c" does not; <s> is special.
Json Sample() {
  return Json::parse(R"({
    "added_tokens": [{"id": 4, "content": "<s>", "special": true}],
    "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3}, "merges": ["a b"]}})");
}

std::string ErrorOf(const Json& json) {
  auto tokenizer = ReadTokenizerJson(json.dump(), {});
  EXPECT_EQ(tokenizer.status().code(), absl::StatusCode::kInvalidArgument) << json.dump();
  return std::string(tokenizer.status().message());
}

std::string ErrorWith(const char* pointer, const Json& value) {
  Json json = Sample();
  json[Json::json_pointer(pointer)] = value;
  return ErrorOf(json);
}

TEST(TokenizerJson, ReadsTheSample) {
  auto tokenizer = ReadTokenizerJson(Sample().dump(), {4, std::nullopt});
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_THAT(*(*tokenizer)->Encode("<s>abc"), ElementsAre(4, 3, 2));
  EXPECT_EQ((*tokenizer)->vocab_size(), 5);
  EXPECT_EQ((*tokenizer)->bos(), 4);
  EXPECT_FALSE((*tokenizer)->eos());
}

TEST(TokenizerJson, AByteWithoutTokenVanishesBeforeMerging) {
  auto tokenizer = ReadTokenizerJson(Sample().dump(), {});
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_THAT(*(*tokenizer)->Encode("axb"), ElementsAre(3));
  EXPECT_THAT(*(*tokenizer)->Encode("xyz"), ElementsAre());
}

TEST(TokenizerJson, RefusesTextThatIsNotUtf8AndIdsThatAreNoTokens) {
  auto tokenizer = ReadTokenizerJson(Sample().dump(), {});
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_THAT(std::string((*tokenizer)->Encode("ab\xC3").status().message()),
              HasSubstr("not UTF-8 at byte 2 of 3"));
  const TokenId high[] = {5}, negative[] = {-1};
  EXPECT_THAT(std::string((*tokenizer)->DecodeBytes(high).status().message()),
              HasSubstr("token id 5 is outside"));
  EXPECT_FALSE((*tokenizer)->DecodeBytes(negative).ok());
}

TEST(TokenizerJson, NamesPartsThatItWouldComputeDifferently) {
  EXPECT_THAT(ErrorWith("/normalizer", {{"type", "Lowercase"}}), HasSubstr("normalizer 'Lowercase'"));
  EXPECT_THAT(ErrorWith("/pre_tokenizer", {{"type", "Whitespace"}}), HasSubstr("Whitespace"));
  EXPECT_THAT(ErrorWith("/pre_tokenizer", nullptr), HasSubstr("pre_tokenizer null"));
  EXPECT_THAT(ErrorWith("/pre_tokenizer/add_prefix_space", true), HasSubstr("add_prefix_space"));
  EXPECT_THAT(ErrorWith("/model/type", "Unigram"), HasSubstr("'Unigram'"));
  EXPECT_THAT(ErrorWith("/model/byte_fallback", true), HasSubstr("byte_fallback"));
  EXPECT_THAT(ErrorWith("/model/dropout", 0.1), HasSubstr("dropout"));
  EXPECT_THAT(ErrorWith("/model/unk_token", "<unk>"), HasSubstr("unk_token '<unk>'"));
  EXPECT_THAT(ErrorWith("/added_tokens/0/lstrip", true), HasSubstr("'<s>' has lstrip"));
}

TEST(TokenizerJson, RefusesBrokenVocabularies) {
  EXPECT_THAT(ErrorWith("/model/vocab", Json::array()), HasSubstr("vocab must be an object"));
  EXPECT_THAT(ErrorWith("/model/vocab/z", "1"), HasSubstr("token 'z' has id \"1\""));
  EXPECT_THAT(ErrorWith("/model/vocab/z", -1), HasSubstr("token 'z' has id -1"));
  EXPECT_THAT(ErrorWith("/model/vocab/z", 2000000000), HasSubstr("token 'z' has id 2000000000"));
  EXPECT_THAT(ErrorWith("/model/vocab/z", 0), HasSubstr("id 0 is given to both"));
  EXPECT_THAT(ErrorWith("/added_tokens/0/id", 1), HasSubstr("id 1 is given to both"));
  EXPECT_THAT(ErrorWith("/added_tokens/0/content", ""), HasSubstr("0 bytes"));
  EXPECT_THAT(ErrorWith("/added_tokens/0/content", std::string(2000, 'x')), HasSubstr("2000 bytes"));
  EXPECT_THAT(ErrorWith("/added_tokens/0", 3), HasSubstr("lacks its content or id"));
  EXPECT_THAT(ErrorWith("/added_tokens", {{"id", 3}}), HasSubstr("added_tokens must be an array"));
}

TEST(TokenizerJson, RefusesBrokenMerges) {
  EXPECT_THAT(ErrorWith("/model/merges", "a b"), HasSubstr("merges must be an array"));
  EXPECT_THAT(ErrorWith("/model/merges/0", "ab"), HasSubstr("item 0 must be two tokens"));
  EXPECT_THAT(ErrorWith("/model/merges/0", "a b c"), HasSubstr("item 0 must be two tokens"));
  EXPECT_THAT(ErrorWith("/model/merges/0", {"a"}), HasSubstr("item 0 must be two tokens"));
  EXPECT_THAT(ErrorWith("/model/merges/0", "a z"), HasSubstr("merge 0 of 'a' and 'z'"));
  EXPECT_THAT(ErrorWith("/model/merges/0", "b a"), HasSubstr("merge 0 of 'b' and 'a'"));
}

TEST(TokenizerJson, RefusesWhatIsNoTokenizer) {
  EXPECT_THAT(ErrorOf(Json::object()), HasSubstr("'model' is missing"));
  EXPECT_THAT(ErrorOf(Json::array()), HasSubstr("'model' is missing"));
  EXPECT_FALSE(ReadTokenizerJson("", {}).ok());
  EXPECT_FALSE(ReadTokenizerJson("{\"model\":", {}).ok());
  EXPECT_THAT(std::string(ReadTokenizerJson(std::string(1 << 20, '['), {}).status().message()),
              HasSubstr("nested deeper"));
}

TEST(TokenizerJson, AFolderNamesItsMarksInConfigJson) {
  TemporaryFolder folder;
  WriteText(folder.path() / "tokenizer.json", Sample().dump());
  auto plain = OpenTokenizer(folder.path());
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_FALSE((*plain)->eos());
  WriteText(folder.path() / "config.json", R"({"bos_token_id": 4, "eos_token_id": [2, 3]})");
  auto marked = OpenTokenizer(folder.path());
  ASSERT_TRUE(marked.ok()) << marked.status();
  EXPECT_EQ((*marked)->bos(), 4);
  EXPECT_EQ((*marked)->eos(), 2);
  WriteText(folder.path() / "config.json", R"({"eos_token_id": 77})");
  EXPECT_THAT(std::string(OpenTokenizer(folder.path()).status().message()), HasSubstr("EOS token has id 77"));
}

}  // namespace
}  // namespace rad
