#include "coordinator/failure_validation.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "coordinator/failure_rules.h"

namespace rad {
namespace {

constexpr std::uint32_t kMaxRestarts = 1000;
constexpr std::uint32_t kMaxHangSeconds = 7 * 24 * 3600;
constexpr int kMaxRules = 64;

void CheckRule(const v1::FailureRule& rule, const std::string& field, Violations& found) {
  const bool known =
      std::find(kFailureReasons.begin(), kFailureReasons.end(), rule.reason()) != kFailureReasons.end();
  if (!known && !rule.reason().empty()) {
    found.Add(field + ".reason",
              absl::StrCat("is \"", rule.reason(), "\"; give ", absl::StrJoin(kFailureReasons, ", "),
                           ", or leave it out for any"));
  }
  if (const std::string error = PatternError(rule.message()); !error.empty()) {
    found.Add(field + ".message",
              absl::StrCat("is \"", rule.message(), "\", which is no regular expression (", error,
                           "); give one in the syntax of RE2, or leave it out for any"));
  }
  if (rule.action() == v1::FailureRule::ACTION_UNSPECIFIED ||
      !v1::FailureRule::Action_IsValid(rule.action())) {
    found.Add(field + ".action",
              absl::StrCat("is ", rule.action() == 0 ? "missing" : absl::StrCat(rule.action()),
                           "; give retry, retry_free or fail"));
  }
}

}  // namespace

void CheckFailure(const v1::Failure& failure, Violations& found) {
  found.Range("spec.failure.max_restarts", failure.max_restarts(), 0u, kMaxRestarts);
  found.Range("spec.failure.hang_seconds", failure.hang_seconds(), 0u, kMaxHangSeconds,
              "where 0 lets a task stand still for ever");
  for (int i = 0; i < failure.rules_size(); ++i)
    CheckRule(failure.rules(i), absl::StrCat("spec.failure.rules[", i, "]"), found);
  if (failure.rules_size() <= kMaxRules) return;
  found.Add("spec.failure.rules",
            absl::StrCat("has ", failure.rules_size(), " rules; give at most ", kMaxRules));
}

}  // namespace rad
