// A program with a case of each outcome, for exit_code_test.cc to choose from. It is no test itself.
#include <gtest/gtest.h>

namespace rad {
namespace {

TEST(Outcome, Passes) {}

TEST(Outcome, Fails) { FAIL() << "on purpose"; }

TEST(Outcome, Skips) { GTEST_SKIP() << "on purpose"; }

}  // namespace
}  // namespace rad
