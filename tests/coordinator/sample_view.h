// sample_view.h: what a scheduler sees, in few words.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/scheduler_view.h"

namespace rad {

inline ReadyTask Ready(const std::string& job, const std::string& task, std::uint32_t max_workers = 64) {
  return {.job_id = job,
          .task_id = task,
          .queue = "default",
          .digest = absl::StrCat("digest of ", task),
          .max_workers = max_workers};
}

inline ReadyTask Gang(const std::string& job, const std::string& task, std::uint32_t min, std::uint32_t max) {
  ReadyTask ready = Ready(job, task);
  ready.gang = {min, max};
  return ready;
}

inline ReadyTask In(const std::string& queue, ReadyTask task) {
  task.queue = queue;
  return task;
}

inline void AddIdle(SchedulerView& view, const std::vector<std::string>& ids) {
  for (const std::string& id : ids)
    view.workers.push_back({.id = id, .traits = {.device = "cpu"}, .idle = true});
}

// With something that is of no job.
inline void AddBusy(SchedulerView& view, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) view.workers.push_back({.id = id, .traits = {.device = "cpu"}});
}

// A task of the job on workers of its own; it can be preempted.
inline RunningTask& AddRunning(SchedulerView& view, const std::string& job,
                               const std::vector<std::string>& ids, const std::string& queue = "default") {
  const std::string task_id = absl::StrCat(job, "-running");
  for (const std::string& id : ids)
    view.workers.push_back({.id = id, .traits = {.device = "cpu"}, .task_id = task_id});
  view.running.push_back({.job_id = job,
                          .task_id = task_id,
                          .queue = queue,
                          .digest = absl::StrCat("digest of ", task_id),
                          .workers = static_cast<std::uint32_t>(ids.size()),
                          .saves = true});
  return view.running.back();
}

inline SchedulerView View(std::vector<ReadyTask> ready, const std::vector<std::string>& idle) {
  SchedulerView view{.ready = std::move(ready)};
  AddIdle(view, idle);
  return view;
}

}  // namespace rad
