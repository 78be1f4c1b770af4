#include "coordinator/student_t.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rad {
namespace {

// Any printed table of the distribution.
TEST(StudentT, AgreesWithTheTables) {
  EXPECT_NEAR(StudentTQuantile(0.025, 1), 12.7062, 1e-4);
  EXPECT_NEAR(StudentTQuantile(0.025, 7), 2.36462, 1e-5);
  EXPECT_NEAR(StudentTQuantile(0.0005, 10), 4.58689, 1e-5);
  EXPECT_NEAR(StudentTQuantile(0.05, 30), 1.69726, 1e-5);
  EXPECT_NEAR(StudentTQuantile(0.025, 100'000), 1.95999, 1e-4);
}

// P(T > t) of 2 degrees of freedom has a closed form: t = (1 - 2 p) / sqrt(2 p (1 - p)).
TEST(StudentT, HoldsFarOutInTheTail) {
  for (const double tail : {0.4, 1e-3, 1e-6, 1e-9}) {
    const double exact = (1 - 2 * tail) / std::sqrt(2 * tail * (1 - tail));
    EXPECT_NEAR(StudentTQuantile(tail, 2) / exact, 1, 1e-6) << tail;
  }
}

}  // namespace
}  // namespace rad
