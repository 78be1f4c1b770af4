#include "coordinator/cli/view/table.h"

#include <gtest/gtest.h>

namespace rad::cli {
namespace {

Table Sample() {
  Table table({{"NAME"}, {"N", Column::Align::kRight}, {"NOTE"}});
  table.Add({"top-5", "8", "kept"});
  table.Add({"Zo\xc3\xab", "128", ""});
  return table;
}

TEST(Table, AlignsByWhatIsSeenAndLeavesNoTrailingSpace) {
  EXPECT_EQ(Sample().ToText(),
            "NAME     N  NOTE\n"
            "top-5    8  kept\n"
            "Zo\xc3\xab    128\n");
}

TEST(Table, CsvQuotesWhatNeedsIt) {
  Table table({{"a"}, {"b"}});
  table.Add({"x,y", "say \"hi\""});
  table.Add({"line\nbreak", ""});
  EXPECT_EQ(table.ToCsv(), "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"line\nbreak\",\n");
}

TEST(Table, NamesCannotCommandTheTerminal) {
  Table table({{"NAME"}});
  table.Add({"\x1b[2Jgone\r\n\x7f"});
  EXPECT_EQ(table.ToText(), "NAME\n?[2Jgone???\n");
}

TEST(TableDeathTest, ARowOfAnotherLengthIsABrokenInvariant) {
  Table table({{"a"}, {"b"}});
  EXPECT_DEATH(table.Add({"only one"}), "");
}

}  // namespace
}  // namespace rad::cli
