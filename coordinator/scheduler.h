// scheduler.h: which ready task goes to which idle workers. Pure.
//
// Within a queue the higher priority comes first, then who came first. A task that waits for workers keeps
// nobody from those that it cannot use; but its place is its own: a gang keeps the idle workers that it
// gathers, and the first that waits in a queue keeps its part of the queue's quota. So what comes later may
// fill gaps (backfill), and never delays what comes before. How long tasks run is not known beforehand, so no
// gap is filled on a guess.
//
// Between queues, those that still have a claim (a task within their quota) come first, then those that would
// borrow; in either group the queue that holds the least of its quota. What is lent comes back as it ends, or
// by preemption (preemption.h).
//
// A gang starts on all its workers at once or not at all, and all is decided in one pass: nothing is held
// while waiting for more, so gangs cannot block one another.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/scheduler_view.h"
#include "rad/v1/service.pb.h"

namespace rad {

// How long a gang waits for its largest size before it starts smaller: a rank that was told to stop has freed
// its worker by then.
inline constexpr absl::Duration kGangPatience = absl::Seconds(15);

struct Assignment {
  std::string task_id;
  std::vector<std::string> worker_ids;  // by rank
  bool operator==(const Assignment&) const = default;
};

struct Waiting {
  v1::PendingReason reason = v1::NOT_PENDING;
  std::string message;
  std::string blocker;  // the job that it waits for, where it is one
};

struct Schedule {
  std::vector<Assignment> assignments;
  // By job: why none of its ready tasks was assigned. Of the job's first task, the first that applies of:
  // BACKOFF, DEPENDENCY, NO_WORKER, NO_FIT, QUEUE_QUOTA, BEHIND_OTHERS, GANG_INCOMPLETE.
  std::unordered_map<std::string, Waiting> waiting;
  // Tasks that could start if only there were enough idle workers, the first in turn first.
  std::vector<std::string> starved;
};

Schedule MakeSchedule(const SchedulerView& view, absl::Duration now);

// When time alone may change the schedule of this view: the first end of a back-off or of a gang's patience
// after `now`. InfiniteDuration: never.
absl::Duration NextChange(const SchedulerView& view, absl::Duration now);

}  // namespace rad
