#include "coordinator/cli/spec/number_text.h"

#include <gtest/gtest.h>

#include "coordinator/cli/spec/nearest.h"

namespace rad::cli {
namespace {

TEST(NumberText, Counts) {
  EXPECT_EQ(ParseCount("0"), 0u);
  EXPECT_EQ(ParseCount("128"), 128u);
  EXPECT_EQ(ParseCount("200k"), 200'000u);
  EXPECT_EQ(ParseCount("2M"), 2'000'000u);
  EXPECT_EQ(ParseCount("1.5M"), 1'500'000u);
  EXPECT_EQ(ParseCount("3G"), 3'000'000'000u);
  EXPECT_EQ(ParseCount("1_000_000"), 1'000'000u);
  EXPECT_EQ(ParseCount("18446744073709551615"), 18446744073709551615u);
}

TEST(NumberText, WhatIsNoCount) {
  for (const char* text :
       {"", "k", "-1", "+1", "1.5", "1e3", "1.0005k", " 1", "1 ", "_1", "1_", "1__0", "0x10",
        "18446744073709551616", "18446744073709551615k", "1kk", "1K", "inf", "1.k"}) {
    EXPECT_FALSE(ParseCount(text).has_value()) << text;
  }
}

TEST(NumberText, Reals) {
  EXPECT_DOUBLE_EQ(*ParseReal("0.5"), 0.5);
  EXPECT_DOUBLE_EQ(*ParseReal("-1e-3"), -1e-3);
  EXPECT_DOUBLE_EQ(*ParseReal("+2.5"), 2.5);
  EXPECT_DOUBLE_EQ(*ParseReal(".5"), 0.5);
  EXPECT_DOUBLE_EQ(*ParseReal("1_000"), 1000);
  EXPECT_DOUBLE_EQ(*ParseReal("2k"), 2000);
  for (const char* text :
       {"", "nan", "inf", "-inf", "0x1", "1e999", "1e308G", "1 2", "--1", "-", "e5", "1,5"}) {
    EXPECT_FALSE(ParseReal(text).has_value()) << text;
  }
}

TEST(NumberText, Durations) {
  EXPECT_EQ(ParseDuration("90"), absl::Seconds(90));
  EXPECT_EQ(ParseDuration("90s"), absl::Seconds(90));
  EXPECT_EQ(ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(ParseDuration("500ms"), absl::Milliseconds(500));
  EXPECT_EQ(ParseDuration("2d"), absl::Hours(48));
  EXPECT_EQ(ParseDuration("0"), absl::ZeroDuration());
  for (const char* text : {"", "-5s", "5x", "inf", "soon", "99999999d", "99999999999"}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> words = {"head_budget", "state_dim", "seed", "name"};
  EXPECT_EQ(Nearest("head_budgets", words), "head_budget");
  EXPECT_EQ(Nearest("statedim", words), "state_dim");
  EXPECT_EQ(Nearest("sed", words), "seed");
  EXPECT_EQ(Nearest("temperature", words), "");
  EXPECT_EQ(Nearest("", words), "");
  EXPECT_EQ(Nearest(std::string(100'000, 'a'), words), "");
}

}  // namespace
}  // namespace rad::cli
