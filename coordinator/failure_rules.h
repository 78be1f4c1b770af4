// failure_rules.h: what spec.failure.rules say of an attempt that ended without a result. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rad/v1/job.pb.h"

namespace rad {

enum class FailureKind {
  kInvalid,  // the job asks for what cannot be; no rule fits it, as trying again would not help
  kFailed,   // the task ran and failed
  kCrashed,  // its executor died
  kHung,     // it stood still for too long
  kLost,     // its worker vanished, left or does not run it
};

// What a rule's `reason` may be.
inline constexpr std::array<absl::string_view, 4> kFailureReasons = {"failed", "crashed", "hung", "lost"};

// Of those; empty for kInvalid.
absl::string_view ReasonOf(FailureKind kind);

// Which of the rules decides: the first that fits. The rules are valid ones.
std::optional<int> RuleFor(const v1::Failure& failure, FailureKind kind, absl::string_view message);

// Why RE2 does not take this; empty: it does.
std::string PatternError(const std::string& pattern);

}  // namespace rad
