#include "tests/coordinator/simulated_heads.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

constexpr std::uint32_t kNeeded = 15;

HeadRef HeadAt(std::uint32_t index) { return {index / kSimulatedHeads, index % kSimulatedHeads}; }

class Drawing {
 public:
  explicit Drawing(std::uint64_t seed) : random_(seed) {}
  double Normal() { return normal_(random_); }
  double Uniform() { return uniform_(random_); }
  double Exponential() { return -std::log1p(-Uniform()); }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
};

double NeededDrop(Simulation simulation, std::uint32_t head, double mean, Drawing& draw) {
  if (simulation == Simulation::kNormal) return mean * (1 + draw.Normal());
  const bool seldom = head % 5 == 4;
  const double acts = !seldom ? 1 : draw.Uniform() < 1 / 3.0 ? 3 : 0;
  return mean * acts * draw.Exponential() + 0.1 * draw.Normal();
}

// Every 50th of these has heavy tails.
double OtherDrop(std::uint32_t head, double mean, double deviation, Drawing& draw) {
  const double scale = head % 50 != 49 ? 1 : draw.Uniform() < 0.05 ? 4 : 0.5;
  return mean + deviation * scale * draw.Normal();
}

ScoreTable MadeUp(Simulation simulation, std::uint32_t examples, Drawing& draw) {
  ScoreTable table;
  for (std::uint32_t e = 0; e < examples; ++e) table.SetBase(e, {true, 0, 0});
  for (std::uint32_t head = 0; head < kSimulatedLayers * kSimulatedHeads; ++head) {
    const bool needed = head < kNeeded;
    const double mean = needed ? 0.3 * std::pow(10.0, draw.Uniform()) : 0.05 * draw.Uniform();
    const double deviation = 0.1 + 0.2 * draw.Uniform();
    for (std::uint32_t e = 0; e < examples; ++e) {
      const double drop =
          needed ? NeededDrop(simulation, head, mean, draw) : OtherDrop(head, mean, deviation, draw);
      table.SetAblated(HeadAt(head), e, {drop < 1, 0, static_cast<float>(-drop)});
    }
  }
  return table;
}

// What SmolLM2-135M-Instruct answered to 400 examples of ten pairs (`rad-worker probe --examples 400 --seed
// 1`, then `score-heads --logprob --dtype bf16`): [0] with all heads, [1 + head] with that head zeroed. The
// file: int16 [271, 400], log-probabilities of the answers in milli-nats, then uint8 [271, 400], 1 where
// right.
struct MeasuredAnswers {
  static constexpr std::size_t kRuns = 1 + kSimulatedLayers * kSimulatedHeads;
  std::vector<std::int16_t> logprob_milli_nats = std::vector<std::int16_t>(kRuns * kMeasuredExamples);
  std::vector<std::uint8_t> correct = std::vector<std::uint8_t>(kRuns * kMeasuredExamples);

  MeasuredAnswers() {
    std::ifstream file(absl::StrCat(std::getenv("RAD_TEST_DATA"), "/coordinator/smollm2_answers.bin"),
                       std::ios::binary);
    file.read(reinterpret_cast<char*>(logprob_milli_nats.data()), 2 * kRuns * kMeasuredExamples);
    file.read(reinterpret_cast<char*>(correct.data()), kRuns * kMeasuredExamples);
    if (!file) std::abort();
  }

  ScoreCell Cell(std::size_t run, std::size_t example) const {
    const std::size_t at = run * kMeasuredExamples + example;
    return {correct[at] != 0, 0, static_cast<float>(logprob_milli_nats[at]) / 1000};
  }
};

// The first `examples` of a random order.
ScoreTable Shuffled(std::uint32_t examples, std::uint64_t seed) {
  static const MeasuredAnswers answers;
  std::vector<std::size_t> order(kMeasuredExamples);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  ScoreTable table;
  for (std::uint32_t e = 0; e < examples; ++e) {
    table.SetBase(e, answers.Cell(0, order.at(e)));
    for (std::uint32_t head = 0; head < kSimulatedLayers * kSimulatedHeads; ++head) {
      table.SetAblated(HeadAt(head), e, answers.Cell(1 + head, order[e]));
    }
  }
  return table;
}

}  // namespace

ScoreTable SimulateHeads(Simulation simulation, std::uint32_t examples, std::uint64_t seed) {
  if (simulation == Simulation::kSmolLm2) return Shuffled(examples, seed);
  Drawing draw(seed);
  return MadeUp(simulation, examples, draw);
}

}  // namespace rad
