#include "worker/ablation/roles_task.h"

#include "worker/ablation/head_roles.h"
#include "worker/ablation/probed_teacher.h"
#include "worker/model/memory_meter.h"

namespace rad {

absl::StatusOr<std::vector<HeadRole>> RunRolesTask(const RolesTask& task, TaskHost& host) {
  const auto teacher = LoadProbedTeacher(task.teacher, task.precision, task.probe, 0, task.examples, host);
  if (!teacher.ok()) return teacher.status();

  TaskProgress progress{.phase = "classifying heads", .unit = "examples"};
  progress.total = task.examples;
  progress.memory_bytes = {{"weights", WeightBytes(teacher->model)}};
  const MemoryMeter meter;
  host.Report(progress);
  return ClassifyHeads(teacher->model, teacher->examples, task.heads, [&](std::int64_t done) {
    progress.done = static_cast<double>(done);
    progress.memory_bytes["activations_peak"] = meter.PeakBytes();
    host.Report(progress);
    return !host.StopRequested();
  });
}

}  // namespace rad
