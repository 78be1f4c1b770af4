// The main function of every GoogleTest program. GoogleTest's own says "success" for a program whose cases
// were all skipped; ctest shall know the difference, and only when nothing else is to be said: a failure is a
// failure whatever was skipped beside it.
#include <gtest/gtest.h>

namespace {

constexpr int kAllSkipped = 77;  // as in automake; SKIP_RETURN_CODE in deploy/cmake/Targets.cmake

bool AllSkipped(const testing::UnitTest& tests) {
  return tests.skipped_test_count() > 0 && tests.successful_test_count() == 0;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  if (failed != 0) return failed;
  return AllSkipped(*testing::UnitTest::GetInstance()) ? kAllSkipped : 0;
}
