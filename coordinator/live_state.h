// live_state.h: what the coordinator knows in memory of workers, tasks, jobs and sweeps beyond what it
// stored. Times are of the monotonic clock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/directive_sink.h"
#include "coordinator/hang.h"
#include "coordinator/scheduler.h"
#include "coordinator/straggler.h"
#include "rad/v1/record.pb.h"
#include "rad/v1/sweep.pb.h"
#include "rad/v1/worker.pb.h"

namespace rad {

struct LiveWorker {
  v1::RegisterRequest about;
  std::string id;
  absl::Duration lease_until;
  bool lost = false;
  std::shared_ptr<DirectiveSink> sink;
  bool introduced = false;            // this session has said what it runs
  std::optional<v1::Fence> assigned;  // until its end is reported, even when it is to be stopped
  std::string running;                // job/stage of `assigned`
  absl::Duration assigned_at;
  int heartbeats_without = 0;  // in a row that did not list `assigned`
};

// One rank of a running task.
struct Seat {
  std::string worker_id;  // empty: waits for adoption after a restart
  bool ended = false;     // this rank is done, or lost touch with the others
  StepCost cost;
};

// What is known of an unfinished task beyond its record.
struct LiveTask {
  std::vector<Seat> seats;  // by rank, while running
  absl::Duration adopt_until;
  absl::Duration peer_lost_until = absl::InfiniteDuration();  // a rank lost touch: the cause is waited for
  std::map<std::string, std::string> rendezvous;              // what the ranks tell one another
  // It was asked to make room; then it is stopped.
  absl::Duration leave_by = absl::InfiniteDuration();
  std::string leave_reason;
  absl::Duration not_before;  // back-off
  absl::Duration ready_since;
  absl::Duration started_at;
  HangWatch hang;         // of rank 0, which waits for the others
  v1::Progress progress;  // likewise
  bool has_progress = false;
  bool checkpoints_refused = false;
  std::optional<std::string> race;  // RaceOf, once it was asked for
};

struct LiveJob {
  v1::JobRecord record;
  std::vector<ReadyTask> ready;  // its tasks that wait: as a pass sees them, kept by KeepReady
  Waiting waiting;
  std::uint64_t version = 0;  // grows with every change that watchers care for
  std::unique_ptr<absl::CondVar> changed = std::make_unique<absl::CondVar>();
  // The newest event that is not stored: progress. Made when a watcher asks for it, as most are not
  // watched.
  struct Unstored {
    std::uint64_t sequence = 0;
    std::string stage;
  };
  std::optional<Unstored> progress;
  absl::Duration progress_at;
  std::uint64_t log_end = 0;
};

struct LiveSweep {
  v1::SweepRecord record;
  std::vector<v1::SweepPoint> points;  // the ledger: number i + 1 at i
};

}  // namespace rad
