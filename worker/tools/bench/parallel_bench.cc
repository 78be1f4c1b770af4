#include "worker/tools/bench/parallel_bench.h"

#include <ATen/Parallel.h>

#include <barrier>
#include <iostream>
#include <memory>
#include <thread>

#include "worker/distill/student_trainer.h"
#include "worker/model/model_file.h"
#include "worker/model/working_dtype.h"
#include "worker/parallel/local_meeting_place.h"
#include "worker/tools/bench/bench_student.h"
#include "worker/tools/bench/turns.h"

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

// Two at once, each on a thread that lasts, as a worker's does: what its memory has cost once is paid. `seats`:
// as ranks of a gang, or each for itself. What one of them throws ends the program, as a benchmark without its
// figure is of no use.
class Pair {
 public:
  Pair(const Transformer& teacher, const BatchTensors& batch, const std::vector<GangSeat>& seats) {
    for (const GangSeat& seat : seats) {
      threads_.emplace_back([this, &teacher, &batch, seat] {
        Rank seated(teacher, seat);
        seated.Train(batch, 1);  // warms up
        turn_.arrive_and_wait();
        for (int turn = 0; turn < kTurns; ++turn) {
          turn_.arrive_and_wait();
          seated.Train(batch, kStepsPerTurn);
          turn_.arrive_and_wait();
        }
      });
    }
    turn_.arrive_and_wait();
  }
  ~Pair() {
    for (std::thread& thread : threads_) thread.join();
  }

  // To be called kTurns times.
  void TakeTurn() {
    turn_.arrive_and_wait();
    turn_.arrive_and_wait();
  }

 private:
  std::barrier<> turn_{kRanks + 1};
  std::vector<std::thread> threads_;
};

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
  const auto batch_of = [&](int sequences) {
    return MakeBenchBatch(teacher->config.vocab, sequences, bench.sequence_tokens);
  };
  const BatchTensors batch = batch_of(bench.batch_sequences), half = batch_of(bench.batch_sequences / kRanks);
  Rank alone(*teacher, {});
  alone.Train(batch, 1);  // warms up
  LocalMeetingPlace meeting;
  Pair gang(*teacher, batch,
            {{0, kRanks, kRanks, "127.0.0.1", &meeting}, {1, kRanks, kRanks, "127.0.0.1", &meeting}});
  Pair apart(*teacher, half, {{}, {}});
  double alone_seconds = 0, gang_seconds = 0, apart_seconds = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    alone_seconds += Seconds([&] { alone.Train(batch, kStepsPerTurn); });
    gang_seconds += Seconds([&] { gang.TakeTurn(); });
    apart_seconds += Seconds([&] { apart.TakeTurn(); });
  }
  const double tokens = 1.0 * kTurns * kStepsPerTurn * bench.batch_sequences * bench.sequence_tokens;
  emit({"data_parallel_ratio", tokens / gang_seconds, "tokens/s", tokens / alone_seconds,
        alone_seconds / gang_seconds});
  // What the machine gives to two that have nothing to do with each other.
  emit({"two_apart_ratio", tokens / apart_seconds, "tokens/s", tokens / alone_seconds,
        alone_seconds / apart_seconds});
  return absl::OkStatus();
}

}  // namespace rad
