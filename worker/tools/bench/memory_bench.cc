#include "worker/tools/bench/memory_bench.h"

#include <iostream>
#include <string>
#include <utility>

#include "worker/distill/student_trainer.h"
#include "worker/model/memory_meter.h"
#include "worker/model/model_file.h"
#include "worker/model/working_dtype.h"
#include "worker/tools/bench/bench_student.h"
#include "worker/tools/bench/turns.h"

namespace rad {
namespace {

constexpr int kStateDim = 8;
constexpr int kSteps = 3;
constexpr double kLearningRate = 1e-4;
constexpr double kMebibyte = 1 << 20;

struct Cost {
  double mebibytes = 0;
  double seconds = 0;
};

Cost CostOfStep(const Transformer& teacher, const BatchTensors& batch, const StudentTraining& training) {
  StudentTrainer trainer(teacher, MakeBenchStudent(teacher, kStateDim), training);
  trainer.Step(batch, kLearningRate, /*seed=*/1, 0);  // warms up
  const MemoryMeter meter;
  const double seconds = Seconds([&] {
    for (int step = 1; step <= kSteps; ++step) trainer.Step(batch, kLearningRate, /*seed=*/1, step);
  });
  return {static_cast<double>(meter.PeakBytes()) / kMebibyte, seconds / kSteps};
}

}  // namespace

absl::Status RunMemoryBench(const MemoryBench& bench, const EmitRow& emit) {
  const auto file = OpenModelFile(bench.model);
  if (!file.ok()) return file.status();
  const auto teacher = LoadTransformer(**file, WorkingDtype(FastestPrecision()));
  if (!teacher.ok()) return teacher.status();
  std::cerr << "bench: batches of " << bench.batch_sequences << " sequences of " << bench.sequence_tokens
            << " tokens, N = " << kStateDim << ", " << teacher->dtype() << "\n";
  const BatchTensors batch =
      MakeBenchBatch(teacher->config.vocab, bench.batch_sequences, bench.sequence_tokens);
  const Cost whole = CostOfStep(*teacher, batch, {});
  const std::pair<std::string, StudentTraining> settings[] = {
      {"micro_batch_1", {.micro_batch_sequences = 1}},
      {"recompute", {.recompute = true}},
      {"micro_batch_1_recompute", {.micro_batch_sequences = 1, .recompute = true}}};
  for (const auto& [name, training] : settings) {
    const Cost cost = CostOfStep(*teacher, batch, training);
    emit({name + "_memory_share", cost.mebibytes, "MiB", whole.mebibytes, cost.mebibytes / whole.mebibytes});
    emit({name + "_time_share", cost.seconds, "s", whole.seconds, cost.seconds / whole.seconds});
  }
  return absl::OkStatus();
}

}  // namespace rad
