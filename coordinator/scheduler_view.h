// scheduler_view.h: all that scheduling decisions look at: what waits, what runs, the workers and the queues.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/gang_size.h"
#include "coordinator/worker_fit.h"

namespace rad {

// Of a queue that was made by no one, too: it has no claim and lives on what others do not use.
struct QueueShare {
  std::optional<std::uint32_t> quota;  // workers that it may always have
  bool borrow = true;                  // may have more while others do not want them
};

struct ReadyTask {
  std::string job_id;
  std::string task_id;
  std::string queue;
  std::int32_t priority = 0;
  std::string digest;             // empty: always to be run anew
  std::string race;               // the scores that it adds to; empty: it is of no ranking
  absl::Duration not_before;      // on the monotonic clock
  std::uint32_t max_workers = 1;  // of its job
  GangSize gang;
  absl::Duration ready_since;  // on the monotonic clock
  WorkerNeeds needs;
};

struct RunningTask {
  std::string job_id;
  std::string task_id;
  std::string queue;
  std::int32_t priority = 0;
  std::string digest;
  std::string race;
  std::uint32_t workers = 1;                // that it holds, also those that it waits for after a restart
  bool saves = false;                       // what it did so far is kept when it is preempted
  bool preempted = false;                   // it was asked to leave
  bool last_of_job = false;                 // nothing of its job comes after it
  absl::Duration started_at;                // on the monotonic clock
  std::optional<absl::Duration> time_left;  // by its rate; absent: not known
};

struct WorkerView {
  std::string id;
  WorkerTraits traits;
  bool draining = false;  // is given nothing
  bool idle = false;      // can be given something at once
  std::string task_id;    // that it runs or is being stopped from
};

struct SchedulerView {
  std::vector<ReadyTask> ready;  // in the order of submission
  std::vector<RunningTask> running;
  std::vector<WorkerView> workers;           // the connected ones
  std::map<std::string, QueueShare> queues;  // those with settings
};

}  // namespace rad
