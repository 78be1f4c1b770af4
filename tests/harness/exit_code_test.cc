// What a test program tells ctest: 0 passed, 77 skipped, anything else failed.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

namespace rad {
namespace {

int ExitCodeOf(const std::string& filter) {
  const std::string program = std::string(std::getenv("RAD_BIN")) + "/outcomes";
  const int status = std::system((program + " --gtest_filter='" + filter + "' > /dev/null").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ExitCode, OfOneOutcome) {
  EXPECT_EQ(ExitCodeOf("*.Passes"), 0);
  EXPECT_EQ(ExitCodeOf("*.Skips"), 77);
  EXPECT_EQ(ExitCodeOf("*.Fails"), 1);
}

TEST(ExitCode, ASkippedCaseHidesNoFailure) {
  EXPECT_EQ(ExitCodeOf("*.Fails:*.Skips"), 1);
  EXPECT_EQ(ExitCodeOf("*"), 1);
}

TEST(ExitCode, ASkippedCaseAmongPassingOnesSkipsNotTheProgram) {
  EXPECT_EQ(ExitCodeOf("*.Passes:*.Skips"), 0);
}

}  // namespace
}  // namespace rad
