#include "worker/tasks/failure.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

TEST(FailureTest, OnlyWhatNoRetryMendsIsInvalid) {
  EXPECT_EQ(FailureOf(absl::InvalidArgumentError("x")).reason(), v1::TaskFailure::INVALID);
  EXPECT_EQ(FailureOf(absl::NotFoundError("x")).reason(), v1::TaskFailure::INVALID);
  EXPECT_EQ(FailureOf(absl::FailedPreconditionError("x")).reason(), v1::TaskFailure::INVALID);
  EXPECT_EQ(FailureOf(absl::CancelledError("x")).reason(), v1::TaskFailure::CANCELLED);
  for (const auto& status :
       {absl::InternalError("x"), absl::UnavailableError("x"), absl::ResourceExhaustedError("x"),
        absl::AbortedError("x"), absl::DataLossError("x")}) {
    EXPECT_EQ(FailureOf(status).reason(), v1::TaskFailure::FAILED) << status;
  }
}

TEST(FailureTest, TheMessageIsTheStatusAsUtf8) {
  EXPECT_EQ(FailureOf(absl::InternalError("a\xFF")).message(), "a?");
}

}  // namespace
}  // namespace rad
