// model.h: what must hold in every history, judged from outside: by the directives that go to workers, what
// workers do, what users were told, and what the coordinator answers when asked. It shares no code with the
// coordinator's decisions. Workers are named by their incarnation.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rad/v1/service.pb.h"
#include "rad/v1/sweep.pb.h"
#include "rad/v1/worker.pb.h"
#include "tests/simulation/trace.h"

namespace rad {

// What may be asked of a coordinator that is there.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual bool MayWrite(const v1::Fence& fence) = 0;  // artifacts
  virtual v1::JobStatus Job(const std::string& job_id) = 0;
  virtual std::vector<v1::JobStatus> Jobs() = 0;
  virtual std::vector<v1::Queue> Queues() = 0;
};

inline bool HasEnded(v1::State state) {
  return state == v1::SUCCEEDED || state == v1::FAILED || state == v1::CANCELLED;
}

// One attempt of a task, whatever the rank.
v1::Fence MarkOf(const v1::Task& task);
std::string TextOf(const v1::Fence& fence);

class Model {
 public:
  Model(absl::Duration lease, Trace& trace) : lease_(lease), trace_(trace) {}

  // --- what users were told ---
  void Submitted(const v1::JobStatus& job);
  void Cancelled(const std::string& job_id) { cancelled_.insert(job_id); }
  void PutQueue(const v1::Queue& queue) { queues_[queue.name()] = queue; }

  // --- between the coordinator and workers ---
  // Around every call of the coordinator; `witness` is nullptr when it died in the middle.
  void CallBegins();
  void CallEnds(Witness* witness);
  void Restarted(Witness& witness);
  void Sent(const std::string& worker, const v1::Directive& directive);
  void Delivered(const std::string& worker, const v1::TaskFinished& finished);  // within a call

  void Wrote(const v1::Fence& fence);  // within a call: an artifact was taken

  // --- what workers do ---
  // The coordinator has word of it: a lease later it may give its tasks to others.
  void Heard(const std::string& worker, absl::Duration now) { heard_[worker] = now; }
  void Works(const std::string& worker, const v1::Fence& fence);    // an executor runs
  void Dropped(const std::string& worker, const v1::Fence& fence);  // ended, or never arrived
  void Gone(const std::string& worker) { holds_.erase(worker); }
  void CheckLeases(absl::Duration now);

  // Of all jobs, any time.
  void CheckJobs(const std::vector<v1::JobStatus>& jobs);
  // When all must have ended.
  void CheckEnd(const std::vector<v1::JobStatus>& jobs);
  void CheckSweep(const v1::SweepStatus& sweep);  // likewise, after its jobs
  void CheckEvents(const std::string& job_id, const std::vector<v1::Event>& events);

  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Attempt {
    v1::Task task;                            // rank 0's
    std::map<std::uint32_t, std::string> by;  // workers, by rank
    bool may_write = true;
    int life = 0;  // of the coordinator that started it
  };
  struct TaskHistory {
    std::vector<Attempt> attempts;
    bool accepted = false;  // a result
  };
  struct Held {
    v1::Fence fence;
    bool told_to_stop = false;
    bool works = false;
  };
  struct Finish {
    v1::TaskFinished finished;
    bool could_write = false;  // its attempt, before the call
    bool acknowledged = false;
  };
  struct KnownJob {
    v1::JobStatus status;
    bool acknowledged = false;
    std::map<std::string, int> results;  // by stage: taken, or perhaps taken
  };

  // In model_jobs.cc: what becomes of jobs and their queues; all else in model.cc.
  void CheckQuotas(Witness& witness);
  void CheckBorrowing(const std::string& queue, Witness& witness);
  std::uint32_t HeldBy(const std::string& queue);
  void CheckStatus(const v1::JobStatus& status);
  void CheckResults(const v1::JobStatus& status);

  void Violation(const std::string& what);
  void Started(const std::string& worker, const v1::Task& task);
  Attempt* Find(const v1::Fence& fence);
  void CheckGangs(Witness* witness);
  void CheckWrites(Witness& witness);
  void CheckWritesOf(const std::string& task_id, TaskHistory& history, Witness& witness);
  void CheckFinish(bool died);
  KnownJob& Known(const std::string& job_id, Witness& witness);

  const absl::Duration lease_;
  Trace& trace_;
  std::map<std::string, KnownJob> jobs_;
  std::set<std::string> cancelled_;
  std::map<std::string, v1::Queue> queues_;
  std::map<std::string, TaskHistory> tasks_;
  std::map<std::string, std::vector<Held>> holds_;  // by worker
  std::map<std::string, absl::Duration> heard_;
  std::uint64_t calls_ = 0;
  int life_ = 0;
  std::vector<v1::Fence> started_;     // in this call, of rank 0 or of whichever rank came first
  std::optional<Finish> finish_;       // of this call
  std::set<std::uint64_t> sequences_;  // of all events
  std::vector<std::string> violations_;
};

}  // namespace rad
