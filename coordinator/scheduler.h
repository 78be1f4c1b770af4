// scheduler.h: which ready task goes to which idle workers. First in, first out; a job that cannot use an
// idle worker leaves it to the next one. A gang starts on all its workers at once or not at all, and all is
// decided in one pass: nothing is held while waiting for more, so gangs cannot block one another. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/gang_size.h"
#include "rad/v1/service.pb.h"

namespace rad {

// How long a gang waits for its largest size before it starts smaller: a rank that was told to stop has freed
// its worker by then.
inline constexpr absl::Duration kGangPatience = absl::Seconds(15);

struct ReadyTask {
  std::string job_id;
  std::string task_id;
  std::string digest;             // empty: always to be run anew
  std::string race;               // the scores that it adds to; empty: it is of no ranking
  absl::Duration not_before;      // on the monotonic clock
  std::uint32_t max_workers = 1;  // of its job
  GangSize gang;
  absl::Duration ready_since;  // on the monotonic clock
};

struct SchedulerView {
  std::vector<ReadyTask> ready;  // in queue order
  std::vector<std::string> idle_workers;
  std::map<std::string, std::uint32_t> running;      // workers held now, by job
  std::set<std::string> running_digests;             // two jobs may want the same result: computed once
  std::map<std::string, std::string> running_races;  // job by race: another job's rounds may overlap
  std::uint32_t live_workers = 0;
};

struct Assignment {
  std::string task_id;
  std::vector<std::string> worker_ids;  // by rank
  bool operator==(const Assignment&) const = default;
};

struct Waiting {
  v1::PendingReason reason = v1::NOT_PENDING;
  std::string message;
};

struct Schedule {
  std::vector<Assignment> assignments;
  std::map<std::string, Waiting> waiting;  // by job: why none of its ready tasks was assigned
};

Schedule MakeSchedule(const SchedulerView& view, absl::Duration now);

}  // namespace rad
