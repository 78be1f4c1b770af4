// progress_pace.h: turns what a task says of itself into what is sent, and says when to send it. Pure: `now`
// is given.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "rad/v1/progress.pb.h"
#include "worker/task_host.h"
#include "worker/tasks/rate.h"

namespace rad {

class ProgressPace {
 public:
  // A task that reports after every step must not flood the coordinator; one in a long step is still alive.
  static constexpr absl::Duration kLeast = absl::Milliseconds(250), kMost = absl::Seconds(1);

  void Update(const TaskProgress& progress, absl::Time now);
  // When the next message is due, unless the task says something new before; nullopt before the task said
  // anything.
  std::optional<absl::Time> Due() const;
  // The message to send now. `rss_bytes` is this process's resident memory.
  v1::Progress Take(absl::Time now, std::int64_t rss_bytes);

 private:
  TaskProgress latest_;
  Rate rate_;
  bool any_ = false;
  bool fresh_ = false;  // not sent yet
  absl::Time sent_ = absl::InfinitePast();
};

}  // namespace rad
