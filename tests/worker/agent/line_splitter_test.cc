#include "worker/agent/line_splitter.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

using Lines = std::vector<std::string>;

TEST(LineSplitterTest, LinesAreJoinedAcrossPieces) {
  LineSplitter splitter;
  EXPECT_EQ(splitter.Append("one\ntw"), Lines{"one"});
  EXPECT_EQ(splitter.Append("o\n\nthr"), (Lines{"two", ""}));
  EXPECT_EQ(splitter.Finish(), Lines{"thr"});
  EXPECT_EQ(splitter.Finish(), Lines{});
}

TEST(LineSplitterTest, AnEndlessLineIsCut) {
  LineSplitter splitter;
  const Lines lines = splitter.Append(std::string(kMaxLineBytes + 10, 'x'));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].size(), kMaxLineBytes);
  EXPECT_EQ(splitter.Finish(), Lines{std::string(10, 'x')});
}

TEST(LineSplitterTest, WhatIsNoUtf8IsMadeSo) { EXPECT_EQ(LineSplitter().Append("a\xFF\n"), Lines{"a?"}); }

}  // namespace
}  // namespace rad
