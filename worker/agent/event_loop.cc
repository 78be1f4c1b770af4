#include "worker/agent/event_loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "worker/wire/monotonic.h"

namespace rad {

EventLoop::EventLoop() : wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_fd_ < 0) std::abort();  // no descriptors left at start-up
  Watch(wake_fd_, [this] {
    std::uint64_t count = 0;
    while (read(wake_fd_, &count, sizeof count) < 0 && errno == EINTR) {
    }
  });
}

EventLoop::~EventLoop() { close(wake_fd_); }

void EventLoop::Watch(int fd, Callback readable) { watched_[fd] = std::move(readable); }

void EventLoop::Unwatch(int fd) { watched_.erase(fd); }

EventLoop::TimerId EventLoop::After(absl::Duration delay, Callback fire) {
  const TimerId timer = {MonotonicNow() + delay, next_timer_++};
  timers_.emplace(timer, std::move(fire));
  return timer;
}

void EventLoop::Cancel(TimerId timer) { timers_.erase(timer); }

void EventLoop::Post(Callback event) {
  {
    absl::MutexLock lock(&mutex_);
    posted_.push_back(std::move(event));
  }
  const std::uint64_t one = 1;
  while (write(wake_fd_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void EventLoop::Run() {
  running_ = true;
  while (running_) {
    WaitForWork();
    RunPosted();
    FireTimers();
  }
}

void EventLoop::RunPosted() {
  std::vector<Callback> events;
  {
    absl::MutexLock lock(&mutex_);
    events.swap(posted_);
  }
  for (const Callback& event : events) event();
}

void EventLoop::FireTimers() {
  const absl::Time now = MonotonicNow();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto timer = timers_.extract(timers_.begin());
    timer.mapped()();
  }
}

void EventLoop::WaitForWork() {
  std::vector<pollfd> descriptors;
  for (const auto& [fd, callback] : watched_) descriptors.push_back({fd, POLLIN, 0});
  if (poll(descriptors.data(), descriptors.size(), PollTimeoutMs()) <= 0) return;
  for (const pollfd& descriptor : descriptors) {
    if (descriptor.revents == 0) continue;
    const auto found = watched_.find(descriptor.fd);  // an earlier callback may have ended this one
    if (found == watched_.end()) continue;
    const Callback readable = found->second;
    readable();
  }
}

int EventLoop::PollTimeoutMs() const {
  if (timers_.empty()) return -1;
  const absl::Duration wait = timers_.begin()->first.first - MonotonicNow();
  return static_cast<int>(
             absl::ToInt64Milliseconds(std::clamp(wait, absl::ZeroDuration(), absl::Minutes(1)))) +
         (wait > absl::ZeroDuration() ? 1 : 0);
}

}  // namespace rad
