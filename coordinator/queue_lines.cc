#include "coordinator/queue_lines.h"

#include <algorithm>

namespace rad {

std::map<std::string, std::vector<const ReadyTask*>> LinesOf(const SchedulerView& view) {
  std::map<std::string, std::vector<const ReadyTask*>> lines;
  for (const ReadyTask& task : view.ready) lines[task.queue].push_back(&task);
  for (auto& [queue, tasks] : lines) {
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const ReadyTask* a, const ReadyTask* b) { return a->priority > b->priority; });
  }
  return lines;
}

}  // namespace rad
