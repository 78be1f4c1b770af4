#include "worker/ablation/score_task.h"

#include "worker/ablation/probed_teacher.h"
#include "worker/ablation/score_heads.h"
#include "worker/model/memory_meter.h"

namespace rad {

absl::StatusOr<HeadScores> RunScoreTask(const ScoreTask& task, TaskHost& host) {
  const auto teacher =
      LoadProbedTeacher(task.teacher, task.precision, task.probe, task.example_begin, task.example_end, host);
  if (!teacher.ok()) return teacher.status();

  TaskProgress progress{.phase = "scoring heads", .unit = "heads x examples"};
  progress.memory_bytes = {{"weights", WeightBytes(teacher->model)}};
  const MemoryMeter meter;
  const ScoreProgress report = [&](std::int64_t done, std::int64_t total) {
    progress.done = static_cast<double>(done);
    progress.total = static_cast<double>(total);
    progress.heads_scored = done;
    progress.memory_bytes["activations_peak"] = meter.PeakBytes();
    host.Report(progress);
    return !host.StopRequested();
  };
  HeadScores scores;
  if (task.heads.empty()) {
    auto base = ScoreBase(teacher->model, teacher->examples, report);
    if (!base.ok()) return base.status();
    scores.base = *std::move(base);
  } else {
    auto ablated = ScoreHeads(teacher->model, teacher->examples, task.heads, report);
    if (!ablated.ok()) return ablated.status();
    scores.ablated = *std::move(ablated);
  }
  return scores;
}

}  // namespace rad
