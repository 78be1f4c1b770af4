#include "coordinator/cli/spec/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  auto tree = ReadYaml(text, "f.yaml");
  EXPECT_EQ(tree.status().code(), absl::StatusCode::kInvalidArgument) << text.substr(0, 80);
  return std::string(tree.status().message());
}

TEST(YamlTree, KeepsValuesOrderAndPositions) {
  auto tree = ReadYaml("b: 1\na:\n  - 'x'\n  - {k: v}\n", "f.yaml");
  ASSERT_TRUE(tree.ok()) << tree.status();
  ASSERT_EQ(tree->entries.size(), 2u);
  EXPECT_EQ(tree->entries[0].key, "b");
  EXPECT_FALSE(tree->entries[0].value.quoted);
  const YamlNode& list = tree->entries[1].value;
  EXPECT_EQ(list.kind, YamlNode::Kind::kList);
  EXPECT_TRUE(list.items[0].quoted);
  EXPECT_EQ(list.items[1].entries[0].position.ToString(), "f.yaml:4:6");
}

TEST(YamlTree, EmptyDocumentIsNull) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n"}) {
    auto tree = ReadYaml(text, "f.yaml");
    ASSERT_TRUE(tree.ok()) << tree.status();
    EXPECT_EQ(tree->kind, YamlNode::Kind::kNull);
  }
}

TEST(YamlTree, NullsAreNotText) {
  auto tree = ReadYaml("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n", "f.yaml");
  ASSERT_TRUE(tree.ok()) << tree.status();
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(tree->Find(key)->kind, YamlNode::Kind::kNull) << key;
  for (const char* key : {"d", "e"}) EXPECT_EQ(tree->Find(key)->kind, YamlNode::Kind::kScalar) << key;
}

TEST(YamlTree, RefusesDuplicateKeysWhereTheSecondStands) {
  EXPECT_THAT(ErrorOf("a: 1\nb: 2\na: 3\n"), HasSubstr("f.yaml:3:1: key 'a' is written twice"));
}

TEST(YamlTree, RefusesAnchorsAliasesAndTags) {
  EXPECT_THAT(ErrorOf("a: &x 1\n"), HasSubstr("anchors"));
  EXPECT_THAT(ErrorOf("a: &x [1]\nb: *x\n"), HasSubstr("anchors"));
  EXPECT_THAT(ErrorOf("a: !!binary aGk=\n"), HasSubstr("tags"));
  EXPECT_THAT(ErrorOf("a: !ruby/object {}\n"), HasSubstr("tags"));
  EXPECT_THAT(ErrorOf("a: ! 'x'\n"), HasSubstr("f.yaml:1:4: tags (!)"));
  EXPECT_THAT(ErrorOf("a: !<?> \"x\n"), HasSubstr("f.yaml:1:4: tags (!)"));
}

TEST(YamlTree, RefusesAQuoteThatNothingClosesWhereItOpens) {
  EXPECT_THAT(ErrorOf("a: 1\nb: \"x\nc: 2\n"), HasSubstr("f.yaml:2:4: the quote \" is never closed"));
  EXPECT_THAT(ErrorOf("a: 'x\n"), HasSubstr("f.yaml:1:4: the quote ' is never closed"));
  EXPECT_THAT(ErrorOf("a: 'it''s\n"), HasSubstr("f.yaml:1:4: the quote"));
  EXPECT_THAT(ErrorOf("a: \"x\\\"\n"), HasSubstr("f.yaml:1:4: the quote"));
  EXPECT_THAT(ErrorOf("a: ['x', \"y]\n"), HasSubstr("f.yaml:1:10: the quote"));
  EXPECT_THAT(ErrorOf("a: 1\n'k: 1\n"), HasSubstr("f.yaml:2:1: the quote"));
  EXPECT_THAT(ErrorOf("\xef\xbb\xbf\xc3\xa9: 'x\n"), HasSubstr("the quote"));
  EXPECT_THAT(ErrorOf("a: \"x"), HasSubstr("f.yaml:1:"));
}

TEST(YamlTree, ReadsQuotesInsideQuotes) {
  auto tree = ReadYaml("a: 'it''s'\nb: \"x\\\\\"\nc: '\\'\nd: 'x\n\n  y'\ne: don't\nf: ''''\n", "f.yaml");
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_EQ(tree->Find("a")->scalar, "it's");
  EXPECT_EQ(tree->Find("b")->scalar, "x\\");
  EXPECT_EQ(tree->Find("c")->scalar, "\\");
  EXPECT_EQ(tree->Find("d")->scalar, "x\ny");
  EXPECT_EQ(tree->Find("e")->scalar, "don't");
  EXPECT_EQ(tree->Find("f")->scalar, "'");
}

TEST(YamlTree, RefusesABillionLaughsWithoutExpandingThem) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    absl::StrAppend(&bomb, "a", i, ": &a", i, " [*a", i - 1, ", *a", i - 1, ", *a", i - 1, "]\n");
  }
  EXPECT_THAT(ErrorOf(bomb), HasSubstr("f.yaml:1:5: anchors"));
}

TEST(YamlTree, BoundsDepthSizeAndNumberOfValues) {
  EXPECT_THAT(ErrorOf("a: " + std::string(40, '[') + std::string(40, ']')), HasSubstr("deeper than 16"));
  EXPECT_THAT(ErrorOf("a: " + std::string(100'000, '[')), HasSubstr("f.yaml:1:"));
  EXPECT_THAT(ErrorOf(std::string(100'000, '{')), HasSubstr("f.yaml:1:"));
  EXPECT_THAT(ErrorOf(std::string(kMaxYamlBytes + 1, ' ')), HasSubstr("more than 262144"));
  std::string many = "a: [";
  for (int i = 0; i < 25'000; ++i) many += "1, ";
  EXPECT_THAT(ErrorOf(many + "1]"), HasSubstr("more than 20000 values"));
}

TEST(YamlTree, RefusesWhatIsNotOnePlainTextDocument) {
  EXPECT_THAT(ErrorOf("a: 1\n---\nb: 2\n"), HasSubstr("more than one YAML document"));
  EXPECT_THAT(ErrorOf(std::string("a: 1\0b: 2", 9)), HasSubstr("not a UTF-8 text file"));
  EXPECT_THAT(ErrorOf("\xff\xfe"
                      "a"),
              HasSubstr("not a UTF-8 text file"));
  EXPECT_THAT(ErrorOf("? [a, b]\n: c\n"), HasSubstr("a key must be a plain word"));
  EXPECT_THAT(ErrorOf("a: [1, 2\n"), HasSubstr("f.yaml:"));
  EXPECT_THAT(ErrorOf("\ta: 1\n"), HasSubstr("f.yaml:1:"));
}

}  // namespace
}  // namespace rad::cli
