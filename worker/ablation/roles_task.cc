#include "worker/ablation/roles_task.h"

#include "worker/ablation/head_roles.h"
#include "worker/model/memory_meter.h"
#include "worker/model/model_file.h"
#include "worker/model/transformer.h"
#include "worker/model/working_dtype.h"

namespace rad {

absl::StatusOr<std::vector<HeadRole>> RunRolesTask(const RolesTask& task, TaskHost& host) {
  host.Report({.phase = "loading teacher"});
  const auto tokenizer = OpenTokenizer(task.teacher);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto examples = MakeProbe(task.probe, **tokenizer, 0, task.examples);
  if (!examples.ok()) return examples.status();
  const auto file = OpenModelFile(task.teacher);
  if (!file.ok()) return file.status();
  const auto model = LoadTransformer(**file, WorkingDtype(task.precision));
  if (!model.ok()) return model.status();

  TaskProgress progress{.phase = "classifying heads", .unit = "examples"};
  progress.total = task.examples;
  progress.memory_bytes = {{"weights", WeightBytes(*model)}};
  const MemoryMeter meter;
  host.Report(progress);
  return ClassifyHeads(*model, *examples, task.heads, [&](std::int64_t done) {
    progress.done = static_cast<double>(done);
    progress.memory_bytes["activations_peak"] = meter.PeakBytes();
    host.Report(progress);
    return !host.StopRequested();
  });
}

}  // namespace rad
