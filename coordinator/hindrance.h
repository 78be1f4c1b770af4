// hindrance.h: what keeps a ready task from starting, however many workers are idle. Pure.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "coordinator/queue_ledger.h"
#include "coordinator/scheduler.h"
#include "coordinator/worker_pool.h"

namespace rad {

// What runs, or has just been started.
class UnderWay {
 public:
  explicit UnderWay(const SchedulerView& view);

  void Add(const std::string& job_id, std::uint32_t workers, const std::string& digest,
           const std::string& race);
  void AddWorker(const std::string& job_id) { ++held_[job_id]; }

  std::uint32_t Held(const std::string& job_id) const;  // workers
  // The job that computes the same result, or ranks the same heads in rounds that may overlap; empty: none.
  std::string SameResult(const ReadyTask& task) const;
  std::string SameRace(const ReadyTask& task) const;

 private:
  std::unordered_map<std::string, std::uint32_t> held_;   // by job
  std::unordered_map<std::string, std::string> digests_;  // job by digest
  std::unordered_map<std::string, std::string> races_;    // job by race
};

// BACKOFF, DEPENDENCY, a QUEUE_QUOTA that can never do, NO_WORKER or NO_FIT; nullopt: only idle workers, or a
// part of its queue's quota, can be what it waits for.
std::optional<Waiting> HindranceOf(const ReadyTask& task, const UnderWay& under_way,
                                   const QueueLedger& ledger, WorkerPool& pool, absl::Duration now);

}  // namespace rad
