#include "worker/tools/bench/parallel_bench.h"

#include <ATen/Parallel.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

#include "worker/distill/student_trainer.h"
#include "worker/model/model_file.h"
#include "worker/model/working_dtype.h"
#include "worker/parallel/local_meeting_place.h"
#include "worker/tools/bench/bench_student.h"

namespace rad {
namespace {

constexpr int kRanks = 2;
constexpr int kTurns = 4;
constexpr int kStepsPerTurn = 2;
constexpr int kStateDim = 8;
constexpr double kLearningRate = 1e-4;

// One rank and what it trains. All of its calls come from one thread at a time.
class Rank {
 public:
  Rank(const Transformer& teacher, const GangSeat& seat)
      : collective_(seat.alone() ? nullptr : Collective::Join(seat)),
        trainer_(teacher, MakeBenchStudent(teacher, kStateDim), {}, seat, collective_.get()) {}

  void Train(const BatchTensors& batch, int steps) {
    for (int i = 0; i < steps; ++i) trainer_.Step(batch, kLearningRate, /*seed=*/1, step_++);
  }

 private:
  const std::unique_ptr<Collective> collective_;
  StudentTrainer trainer_;
  std::int64_t step_ = 0;
};

// Calls work(rank) for each on a thread of its own and waits; what one throws ends the program, as a
// benchmark without its figure is of no use.
void OnThreads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int rank = 0; rank < kRanks; ++rank) threads.emplace_back(work, rank);
  for (std::thread& thread : threads) thread.join();
}

double Seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

absl::Status RunParallelBench(const ParallelBench& bench, const EmitRow& emit) {
  const auto file = OpenModelFile(bench.model);
  if (!file.ok()) return file.status();
  const auto teacher = LoadTransformer(**file, WorkingDtype(FastestPrecision()));
  if (!teacher.ok()) return teacher.status();
  at::set_num_threads(1);
  std::cerr << "bench: batches of " << bench.batch_sequences << " sequences of " << bench.sequence_tokens
            << " tokens, N = " << kStateDim << ", " << teacher->dtype() << ", " << kTurns << " turns of "
            << kStepsPerTurn << " steps\n";
  const BatchTensors batch =
      MakeBenchBatch(teacher->config.vocab, bench.batch_sequences, bench.sequence_tokens);
  LocalMeetingPlace meeting;
  Rank alone(*teacher, {});
  std::vector<std::unique_ptr<Rank>> gang(kRanks);
  OnThreads([&](int rank) {
    gang[static_cast<std::size_t>(rank)] =
        std::make_unique<Rank>(*teacher, GangSeat{rank, kRanks, kRanks, "127.0.0.1", &meeting});
  });
  const auto train_gang = [&](int steps) {
    OnThreads([&](int rank) { gang[static_cast<std::size_t>(rank)]->Train(batch, steps); });
  };
  alone.Train(batch, 1);  // warms up
  train_gang(1);
  double alone_seconds = 0, gang_seconds = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    alone_seconds += Seconds([&] { alone.Train(batch, kStepsPerTurn); });
    gang_seconds += Seconds([&] { train_gang(kStepsPerTurn); });
  }
  const double tokens = 1.0 * kTurns * kStepsPerTurn * bench.batch_sequences * bench.sequence_tokens;
  emit({"data_parallel_ratio", tokens / gang_seconds, "tokens/s", tokens / alone_seconds,
        alone_seconds / gang_seconds});
  return absl::OkStatus();
}

}  // namespace rad
