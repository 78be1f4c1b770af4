// reporter.h: the executor's end of the report pipe. A thread of its own sends progress, so that a task deep
// in one step still shows signs of life.
#pragma once

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rad/v1/worker.pb.h"
#include "worker/task_host.h"
#include "worker/tasks/progress_pace.h"

namespace rad {

// Thread-safe.
class Reporter {
 public:
  explicit Reporter(int fd) : fd_(fd), thread_([this] { SendUntilEnded(); }) {}
  ~Reporter();

  void Progress(const TaskProgress& progress) ABSL_LOCKS_EXCLUDED(mutex_);
  // The last message: no progress follows it. An error means that the agent is gone.
  absl::Status Finish(const v1::TaskFinished& report) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void SendUntilEnded() ABSL_LOCKS_EXCLUDED(mutex_);
  void End() ABSL_LOCKS_EXCLUDED(mutex_);

  const int fd_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  ProgressPace pace_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace rad
