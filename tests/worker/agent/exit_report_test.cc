#include "worker/agent/exit_report.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace rad {
namespace {

constexpr int kExitedWith3 = 3 << 8;

TEST(ExitReportTest, ASignalIsNamed) {
  const v1::TaskFailure failure = CrashOf(SIGSEGV, {});
  EXPECT_EQ(failure.reason(), v1::TaskFailure::CRASHED);
  EXPECT_EQ(failure.message(), "the executor was killed by SIGSEGV");
}

TEST(ExitReportTest, SigkillHintsAtMemory) {
  EXPECT_EQ(CrashOf(SIGKILL, {}).message(), "the executor was killed by SIGKILL (out of memory?)");
}

TEST(ExitReportTest, AnExitWithoutReportIsACrashToo) {
  EXPECT_EQ(CrashOf(kExitedWith3, {"a", "b"}).message(),
            "the executor exited with code 3 without a report; it last said: a | b");
}

}  // namespace
}  // namespace rad
