#include "coordinator/cli/view/live_lines.h"

#include <gtest/gtest.h>

#include <sstream>

namespace rad::cli {
namespace {

TEST(LiveLines, DrawsAgainInPlace) {
  std::ostringstream terminal;
  LiveLines live(terminal, 24);
  live.Draw({"a", "b"});
  live.Draw({"c"});
  live.PrintAbove("event");
  live.Draw({"d"});
  live.Erase();
  live.Erase();
  EXPECT_EQ(terminal.str(), "a\nb\n\x1b[2F\x1b[Jc\n\x1b[1F\x1b[Jevent\nd\n\x1b[1F\x1b[J");
}

TEST(LiveLines, NeverDrawsMoreThanTheTerminalHolds) {
  std::ostringstream terminal;
  LiveLines live(terminal, 4);
  live.Draw({"head", "old", "older", "now", "next"});
  EXPECT_EQ(terminal.str(), "head\nnow\nnext\n");
}

}  // namespace
}  // namespace rad::cli
