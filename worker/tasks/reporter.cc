#include "worker/tasks/reporter.h"

#include <unistd.h>

#include "worker/wire/frame.h"
#include "worker/wire/monotonic.h"
#include "worker/wire/resident_memory.h"

namespace rad {

Reporter::~Reporter() { End(); }

void Reporter::Progress(const TaskProgress& progress) {
  absl::MutexLock lock(&mutex_);
  pace_.Update(progress, MonotonicNow());
  changed_.Signal();
}

absl::Status Reporter::Finish(const v1::TaskFinished& report) {
  End();
  v1::WorkerMessage message;
  *message.mutable_finished() = report;
  return WriteFrame(fd_, message.SerializeAsString());
}

void Reporter::SendUntilEnded() {
  absl::MutexLock lock(&mutex_);
  while (!ended_) {
    const auto due = pace_.Due();
    const absl::Time now = MonotonicNow();
    if (!due || *due > now) {
      changed_.WaitWithTimeout(&mutex_, due ? *due - now : absl::InfiniteDuration());
      continue;
    }
    v1::WorkerMessage message;
    *message.mutable_progress()->mutable_progress() = pace_.Take(now, ResidentBytes(getpid()));
    if (!WriteFrame(fd_, message.SerializeAsString()).ok()) return;  // the agent is gone, and soon so are we
  }
}

void Reporter::End() {
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace rad
