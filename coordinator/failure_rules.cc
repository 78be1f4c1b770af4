#include "coordinator/failure_rules.h"

#include <re2/re2.h>

namespace rad {
namespace {

bool Fits(const v1::FailureRule& rule, FailureKind kind, absl::string_view message) {
  if (!rule.reason().empty() && rule.reason() != ReasonOf(kind)) return false;
  if (rule.message().empty()) return true;
  return RE2::PartialMatch(re2::StringPiece(message.data(), message.size()), RE2(rule.message(), RE2::Quiet));
}

}  // namespace

absl::string_view ReasonOf(FailureKind kind) {
  return kind == FailureKind::kInvalid ? "" : kFailureReasons[static_cast<std::size_t>(kind) - 1];
}

std::optional<int> RuleFor(const v1::Failure& failure, FailureKind kind, absl::string_view message) {
  if (kind == FailureKind::kInvalid) return std::nullopt;
  for (int i = 0; i < failure.rules_size(); ++i) {
    if (Fits(failure.rules(i), kind, message)) return i;
  }
  return std::nullopt;
}

std::string PatternError(const std::string& pattern) { return RE2(pattern, RE2::Quiet).error(); }

}  // namespace rad
