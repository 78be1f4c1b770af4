// job_state.h: what may follow what. One table for jobs, stages and tasks.
#pragma once

#include <optional>

#include "rad/v1/service.pb.h"

namespace rad {

enum class StateEvent {
  kStart,   // handed to a worker (a job or stage: its first task was)
  kReuse,   // its result was known
  kFinish,  // all of it succeeded
  kFail,    // it cannot succeed
  kRetry,   // its attempt failed or was lost: back into the queue
  kCancel,  // a user said so
};

// The state after `event`; nullopt when the event makes no sense in `state`.
std::optional<v1::State> NextState(v1::State state, StateEvent event);

// The same where a refusal would be a bug of the coordinator: aborts.
v1::State MustNextState(v1::State state, StateEvent event);

inline bool IsTerminal(v1::State state) {
  return state == v1::SUCCEEDED || state == v1::FAILED || state == v1::CANCELLED;
}

}  // namespace rad
