#include "tests/coordinator/simulated_heads.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

constexpr std::uint32_t kNeeded = 15;

HeadRef HeadAt(std::uint32_t index) { return {index / kSimulatedHeads, index % kSimulatedHeads}; }

ScoreCell CellOf(double margin) {
  return {margin > 0, static_cast<float>(margin), static_cast<float>(-std::log1p(std::exp(-margin)))};
}

class Drawing {
 public:
  explicit Drawing(std::uint64_t seed) : random_(seed) {}
  double Normal() { return normal_(random_); }
  double Uniform() { return uniform_(random_); }
  double Exponential() { return -std::log1p(-Uniform()); }
  std::size_t Index(std::size_t count) { return random_() % count; }

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

// [0]: the teacher itself; [1 + head]: with the head zeroed. By example.
std::vector<std::vector<double>> MeasuredMargins() {
  std::ifstream file(absl::StrCat(std::getenv("RAD_TEST_DATA"), "/teacher/smollm2_heads.json"));
  const nlohmann::json measured = nlohmann::json::parse(file);
  std::vector<std::vector<double>> margins = {measured["base"]["margin"]};
  for (std::uint32_t head = 0; head < kSimulatedLayers * kSimulatedHeads; ++head) {
    const HeadRef ref = HeadAt(head);
    margins.push_back(measured["heads"][absl::StrCat(ref.layer, ".", ref.head)]["margin"]);
  }
  return margins;
}

ScoreTable Resampled(std::uint32_t examples, Drawing& draw) {
  static const std::vector<std::vector<double>> margins = MeasuredMargins();
  ScoreTable table;
  for (std::uint32_t e = 0; e < examples; ++e) {
    const std::size_t like = draw.Index(margins[0].size());
    const double harder = 0.3 * draw.Normal();  // for all heads alike: another prompt of the same kind
    table.SetBase(e, CellOf(margins[0][like] + harder));
    for (std::uint32_t head = 0; head + 1 < margins.size(); ++head) {
      table.SetAblated(HeadAt(head), e, CellOf(margins[head + 1][like] + harder + 0.1 * draw.Normal()));
    }
  }
  return table;
}

}  // namespace

ScoreTable SimulateHeads(Simulation simulation, std::uint32_t examples, std::uint64_t seed) {
  Drawing draw(seed);
  return simulation == Simulation::kSmolLm2 ? Resampled(examples, draw) : MadeUp(simulation, examples, draw);
}

}  // namespace rad
