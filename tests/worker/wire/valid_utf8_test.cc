#include "worker/wire/valid_utf8.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

TEST(ValidUtf8Test, ValidTextStays) {
  const std::string text = "plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x99\x82, \xEF\xBF\xBF, \xF4\x8F\xBF\xBF";
  EXPECT_EQ(ValidUtf8(text), text);
}

TEST(ValidUtf8Test, InvalidBytesAreReplacedOneByOne) {
  EXPECT_EQ(ValidUtf8("a\xFF b"), "a? b");
  EXPECT_EQ(ValidUtf8("\x80"), "?");                 // a continuation alone
  EXPECT_EQ(ValidUtf8("\xE2\x82"), "??");            // cut short
  EXPECT_EQ(ValidUtf8("\xC0\xAF"), "??");            // overlong
  EXPECT_EQ(ValidUtf8("\xE0\x80\x80"), "???");       // overlong
  EXPECT_EQ(ValidUtf8("\xED\xA0\x80"), "???");       // surrogate
  EXPECT_EQ(ValidUtf8("\xF4\x90\x80\x80"), "????");  // beyond U+10FFFF
  EXPECT_EQ(ValidUtf8("\xC3\x28"), "?(");            // no continuation
}

}  // namespace
}  // namespace rad
