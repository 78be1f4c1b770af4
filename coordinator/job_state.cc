#include "coordinator/job_state.h"

#include <cstdio>
#include <cstdlib>

namespace rad {
namespace {

constexpr int kStates = 6;
constexpr int kEvents = 6;
constexpr v1::State kNever = v1::STATE_UNSPECIFIED;

// clang-format off
constexpr v1::State kTable[kStates][kEvents] = {
    //                 kStart       kReuse         kFinish        kFail       kRetry       kCancel
    /* UNSPECIFIED */ {kNever,      kNever,        kNever,        kNever,     kNever,      kNever},
    /* PENDING     */ {v1::RUNNING, v1::SUCCEEDED, v1::SUCCEEDED, v1::FAILED, kNever,      v1::CANCELLED},
    /* RUNNING     */ {kNever,      kNever,        v1::SUCCEEDED, v1::FAILED, v1::PENDING, v1::CANCELLED},
    /* SUCCEEDED   */ {kNever,      kNever,        kNever,        kNever,     kNever,      kNever},
    /* FAILED      */ {kNever,      kNever,        kNever,        kNever,     kNever,      kNever},
    /* CANCELLED   */ {kNever,      kNever,        kNever,        kNever,     kNever,      kNever},
};
// clang-format on

}  // namespace

std::optional<v1::State> NextState(v1::State state, StateEvent event) {
  if (state < 0 || state >= kStates) return std::nullopt;
  const v1::State next = kTable[state][static_cast<int>(event)];
  if (next == kNever) return std::nullopt;
  return next;
}

v1::State MustNextState(v1::State state, StateEvent event) {
  const std::optional<v1::State> next = NextState(state, event);
  if (!next) {
    std::fprintf(stderr, "broken invariant: event %d in state %d\n", static_cast<int>(event), state);
    std::abort();
  }
  return *next;
}

}  // namespace rad
