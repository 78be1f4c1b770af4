#include "worker/eval/key_value_file.h"

#include <gmock/gmock.h>

#include "tests/worker/data/text_folder.h"

namespace rad {
namespace {

using testing::HasSubstr;

class KeyValueFile : public testing::Test {
 protected:
  std::filesystem::path Write(const std::string& text) const {
    folder_.Add("file", text);
    return folder_.path() / "file";
  }
  std::string RecordsError(const std::string& text) const {
    return std::string(ReadRecords(Write(text), "evaluate.records").status().message());
  }

  const TextFolder folder_;
};

TEST_F(KeyValueFile, RecordsAreBetweenBlankLines) {
  const auto records = ReadRecords(Write("\n\nname: A\n  year:1868 \r\n \t\nname: B: C\n\n\n"), "f");
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  ASSERT_EQ((*records)[0].size(), 2u);
  EXPECT_EQ((*records)[0][1].key, "year");
  EXPECT_EQ((*records)[0][1].value, "1868");
  EXPECT_EQ((*records)[1][0].value, "B: C");
}

TEST_F(KeyValueFile, DefinitionsAreLines) {
  const auto definitions = ReadDefinitions(Write("keel: a long timber\n\nknot: a speed\n"), "f");
  ASSERT_TRUE(definitions.ok()) << definitions.status();
  ASSERT_EQ(definitions->size(), 2u);
  EXPECT_EQ((*definitions)[1].key, "knot");
}

TEST_F(KeyValueFile, FaultsNameFieldFileAndLine) {
  EXPECT_THAT(std::string(ReadRecords(folder_.path() / "none", "evaluate.records").status().message()),
              HasSubstr("evaluate.records: cannot read"));
  EXPECT_THAT(RecordsError("a: 1\nplain words\n"), HasSubstr("file:2: \"plain words\" is not of the form"));
  EXPECT_THAT(RecordsError("a: 1\nb:\n"), HasSubstr("file:2: "));
  EXPECT_THAT(RecordsError("a: 1\n\na: 1\na: 2\n"), HasSubstr("file:4: \"a\" is there twice"));
  EXPECT_THAT(RecordsError("a: 1\n"), HasSubstr("has 1 records; give at least 2"));
  EXPECT_THAT(std::string(ReadDefinitions(Write("a: 1\n\na: 2\n"), "f").status().message()),
              HasSubstr("file:3: \"a\" is there twice"));
}

}  // namespace
}  // namespace rad
