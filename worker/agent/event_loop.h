// event_loop.h: the agent's one thread: descriptors, timers and events posted by gRPC's threads, in turn.
// All of the agent's state belongs to it, so nothing in the agent is locked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rad {

class EventLoop {
 public:
  using Callback = std::function<void()>;
  using TimerId = std::pair<absl::Time, std::uint64_t>;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // From the loop's thread only. `readable` is called whenever fd can be read without blocking or is at its
  // end.
  void Watch(int fd, Callback readable);
  void Unwatch(int fd);
  TimerId After(absl::Duration delay, Callback fire);
  void Cancel(TimerId timer);
  // Runs until Quit; events posted later wait for the next Run.
  void Run();
  void Quit() { running_ = false; }

  // From any thread.
  void Post(Callback event) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void RunPosted() ABSL_LOCKS_EXCLUDED(mutex_);
  void FireTimers();
  void WaitForWork();
  int PollTimeoutMs() const;

  int wake_fd_;
  bool running_ = false;
  std::uint64_t next_timer_ = 0;
  std::map<TimerId, Callback> timers_;
  std::map<int, Callback> watched_;
  absl::Mutex mutex_;
  std::vector<Callback> posted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rad
