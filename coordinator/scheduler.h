// scheduler.h: which ready task goes to which idle worker. First in, first out; a job that cannot use an idle
// worker leaves it to the next one. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rad/v1/service.pb.h"

namespace rad {

struct ReadyTask {
  std::string job_id;
  std::string task_id;
  std::string digest;             // empty: always to be run anew
  std::string race;               // the scores that it adds to; empty: it is of no ranking
  absl::Duration not_before;      // on the monotonic clock
  std::uint32_t max_workers = 1;  // of its job
};

struct SchedulerView {
  std::vector<ReadyTask> ready;  // in queue order
  std::vector<std::string> idle_workers;
  std::map<std::string, std::uint32_t> running;      // tasks running now, by job
  std::set<std::string> running_digests;             // two jobs may want the same result: computed once
  std::map<std::string, std::string> running_races;  // job by race: another job's rounds may overlap
  std::uint32_t live_workers = 0;
};

struct Assignment {
  std::string task_id;
  std::string worker_id;
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
