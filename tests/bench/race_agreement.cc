// race_agreement DATA_FOLDER: JSON lines that tell how often the race of SmolLM2's measured heads finds what
// the exhaustive ranking finds, and how many fewer evaluations it needs. `rad-worker bench ablation` runs it.
#include "tests/coordinator/race_agreement.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "race_agreement DATA_FOLDER: the folder is the repository's tests/data\n";
    return 2;
  }
  setenv("RAD_TEST_DATA", argv[1], 1);
  const auto emit = [](const std::string& name, double value, const char* unit) {
    std::cout << nlohmann::ordered_json{{"name", name}, {"value", value}, {"unit", unit}} << "\n";
  };
  double evaluations_ratio = std::numeric_limits<double>::infinity();
  for (const std::uint32_t top : {5u, 10u}) {
    const rad::RaceAgreement found = rad::CompareRaces(rad::Simulation::kSmolLm2, top);
    emit("race_top" + std::to_string(top) + "_agreement",
         static_cast<double>(found.agreed) / rad::kRaceOrders, "share");
    evaluations_ratio = std::min(evaluations_ratio, found.evaluations_ratio);
  }
  emit("race_evaluations_ratio", evaluations_ratio, "ratio");  // the smaller of the two
}
