// attempt_queue.h: the tasks this worker has taken on. One runs at a time, as an executor's threads fill the
// machine; one that arrives while another is being stopped waits for it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "rad/v1/worker.pb.h"
#include "worker/agent/attempt.h"
#include "worker/agent/data_folder.h"

namespace rad {

struct QueueEvents {
  std::function<void()> progressed;  // of running()
  std::function<void()> printed;     // by running()
  // The running attempt is over; running() still gives it during the call. `wanted` is false when the
  // coordinator had it stopped, and so knows.
  std::function<void(v1::TaskFinished report, bool wanted)> finished;
};

class AttemptQueue {
 public:
  AttemptQueue(EventLoop& loop, DataFolder& folder, AttemptSettings settings, QueueEvents events)
      : loop_(loop), folder_(folder), settings_(std::move(settings)), events_(std::move(events)) {}

  // Does nothing when this attempt is here already.
  void Add(const v1::Task& task);
  // False when there is no such attempt, as when it has just ended. `grace`: until it is killed.
  bool Stop(const v1::Fence& fence, absl::Duration grace);
  // Only of the running attempt; one that waits has nothing to save.
  void AskForRoom(const v1::Fence& fence);
  void StopAll(absl::Duration grace);
  void Reap();  // to be called on SIGCHLD

  std::vector<v1::Fence> Fences() const;
  Attempt* running() { return running_.get(); }
  bool empty() const { return !running_ && waiting_.empty(); }

 private:
  void StartNext();
  void Finished(v1::TaskFinished report);
  void CannotStart(const v1::Task& task, const absl::Status& why);

  EventLoop& loop_;
  DataFolder& folder_;
  const AttemptSettings settings_;
  const QueueEvents events_;
  std::deque<v1::Task> waiting_;
  std::unique_ptr<Attempt> running_;
  bool report_wanted_ = true;  // of running_
};

}  // namespace rad
