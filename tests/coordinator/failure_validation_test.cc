#include "coordinator/failure_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::Failure Sample() { return SampleAblation().spec().failure(); }

v1::FailureRule& AddRule(v1::Failure& failure, const std::string& reason, const std::string& message,
                         v1::FailureRule::Action action) {
  v1::FailureRule& rule = *failure.add_rules();
  rule.set_reason(reason);
  rule.set_message(message);
  rule.set_action(action);
  return rule;
}

auto Said(const std::string& field, const std::string& description) {
  return AllOf(Field(&Violation::field, field), Field(&Violation::description, HasSubstr(description)));
}

std::vector<Violation> Found(const v1::Failure& failure) {
  Violations found;
  CheckFailure(failure, found);
  return found.list();
}

TEST(FailureValidation, DefaultsAndGoodRulesPass) {
  v1::Failure failure = Sample();
  EXPECT_EQ(failure.hang_seconds(), 60u);
  AddRule(failure, "crashed", "SIGSEGV|SIG(ILL|BUS)", v1::FailureRule::FAIL);
  AddRule(failure, "", "", v1::FailureRule::RETRY_FREE);
  failure.set_hang_seconds(0);
  EXPECT_THAT(Found(failure), IsEmpty());
}

TEST(FailureValidation, EverythingWrongIsNamedWithWhatIsRight) {
  v1::Failure failure = Sample();
  AddRule(failure, "timeout", "(", v1::FailureRule::RETRY);
  AddRule(failure, "hung", "a", v1::FailureRule::ACTION_UNSPECIFIED);
  failure.set_max_restarts(1001);
  failure.set_hang_seconds(1'000'000'000);
  EXPECT_THAT(
      Found(failure),
      ElementsAre(
          Said("spec.failure.max_restarts", "is 1001; give 0 to 1000"),
          Said("spec.failure.hang_seconds", "is 1000000000; give 0 to 604800"),
          Said("spec.failure.rules[0].reason",
               "is \"timeout\"; give failed, crashed, hung, lost, or leave it out"),
          Said("spec.failure.rules[0].message", "is \"(\", which is no regular expression (missing )"),
          Said("spec.failure.rules[1].action", "is missing; give retry, retry_free or fail")));
}

}  // namespace
}  // namespace rad
