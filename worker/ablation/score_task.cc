#include "worker/ablation/score_task.h"

#include "worker/ablation/score_heads.h"
#include "worker/model/memory_meter.h"
#include "worker/model/model_file.h"
#include "worker/model/transformer.h"
#include "worker/model/working_dtype.h"

namespace rad {

absl::StatusOr<HeadScores> RunScoreTask(const ScoreTask& task, TaskHost& host) {
  host.Report({.phase = "loading teacher"});
  const auto tokenizer = OpenTokenizer(task.teacher);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto examples = MakeProbe(task.probe, **tokenizer, task.example_begin, task.example_end);
  if (!examples.ok()) return examples.status();
  const auto file = OpenModelFile(task.teacher);
  if (!file.ok()) return file.status();
  const auto model = LoadTransformer(**file, WorkingDtype(task.precision));
  if (!model.ok()) return model.status();

  TaskProgress progress{.phase = "scoring heads", .unit = "heads x examples"};
  progress.memory_bytes = {{"weights", WeightBytes(*model)}};
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
    auto base = ScoreBase(*model, *examples, report);
    if (!base.ok()) return base.status();
    scores.base = *std::move(base);
  } else {
    auto ablated = ScoreHeads(*model, *examples, task.heads, report);
    if (!ablated.ok()) return ablated.status();
    scores.ablated = *std::move(ablated);
  }
  return scores;
}

}  // namespace rad
