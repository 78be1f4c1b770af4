#include "coordinator/cli/exit_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/coordinator/cli/scripted_service.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;

Outcome DescribeFailingWith(grpc::Status error) {
  const ScriptedCoordinator coordinator({.error = std::move(error)});
  return Radctl(coordinator, {"job", "describe", "x"});
}

TEST(ExitCodes, FollowTheServersAnswer) {
  const std::pair<grpc::StatusCode, int> expected[] = {
      {grpc::StatusCode::INVALID_ARGUMENT, 2},  {grpc::StatusCode::NOT_FOUND, 3},
      {grpc::StatusCode::ALREADY_EXISTS, 4},    {grpc::StatusCode::FAILED_PRECONDITION, 4},
      {grpc::StatusCode::ABORTED, 4},           {grpc::StatusCode::UNAUTHENTICATED, 5},
      {grpc::StatusCode::PERMISSION_DENIED, 5}, {grpc::StatusCode::UNAVAILABLE, 6},
      {grpc::StatusCode::DEADLINE_EXCEEDED, 6}, {grpc::StatusCode::RESOURCE_EXHAUSTED, 7},
      {grpc::StatusCode::INTERNAL, 1},          {grpc::StatusCode::DATA_LOSS, 1},
  };
  for (const auto& [code, exit_code] : expected) {
    const Outcome outcome = DescribeFailingWith({code, "why"});
    EXPECT_EQ(outcome.exit_code, exit_code) << code;
    EXPECT_THAT(outcome.err, HasSubstr("radctl: ")) << code;
    EXPECT_EQ(outcome.out, "") << code;
  }
}

TEST(ExitCodes, AnAbsentCoordinatorIsUnavailableAndNamed) {
  const Outcome outcome = Radctl({"job", "list", "--addr", "127.0.0.1:1"});
  EXPECT_EQ(outcome.exit_code, kExitUnavailable);
  EXPECT_THAT(outcome.err, HasSubstr("cannot reach a coordinator at 127.0.0.1:1"));
  EXPECT_THAT(outcome.err, HasSubstr("--addr or RAD_ADDR"));
}

TEST(ExitCodes, EachFieldOfABadRequestIsALine) {
  google::rpc::BadRequest bad_request;
  auto* violation = bad_request.add_field_violations();
  violation->set_field("spec.student.head_budget");
  violation->set_description("300 is more than the 270 heads of the teacher");
  google::rpc::Status details;
  details.add_details()->PackFrom(bad_request);
  const Outcome outcome = DescribeFailingWith(
      {grpc::StatusCode::INVALID_ARGUMENT, "the spec is not valid", details.SerializeAsString()});
  EXPECT_EQ(outcome.exit_code, kExitUsage);
  EXPECT_EQ(outcome.err,
            "radctl: the spec is not valid\n"
            "  spec.student.head_budget: 300 is more than the 270 heads of the teacher\n");
}

TEST(ExitCodes, WrongUseIsTwoAndHelpIsZero) {
  EXPECT_EQ(Radctl({}).exit_code, kExitUsage);
  EXPECT_EQ(Radctl({"jbo"}).exit_code, kExitUsage);
  EXPECT_EQ(Radctl({"job", "list", "-o", "xml"}).exit_code, kExitUsage);
  EXPECT_EQ(Radctl({"job", "describe"}).exit_code, kExitUsage);
  EXPECT_EQ(Radctl({"job", "list", "--timeout", "soon"}).exit_code, kExitUsage);
  const Outcome help = Radctl({"--help"});
  EXPECT_EQ(help.exit_code, kExitOk);
  EXPECT_THAT(help.out, HasSubstr("Exit status: 0 done"));
}

}  // namespace
}  // namespace rad::cli
