// simulated_heads.h: score tables of a teacher, made up or measured: a few heads that retrieval needs, many
// that it does not. All of 270 heads (30 layers of 9).
#pragma once

#include <cstdint>

#include "coordinator/score_table.h"

namespace rad {

inline constexpr std::uint32_t kSimulatedLayers = 30;
inline constexpr std::uint32_t kSimulatedHeads = 9;
inline constexpr std::uint32_t kMeasuredExamples = 400;

enum class Simulation {
  kNormal,  // 15 heads with mean drops of 0.3 to 3 nats that vary as much; the rest near 0; all normal
  // The same means, exponential drops; every fifth of the needed heads acts on a third of the examples only.
  kSkewed,
  kSmolLm2,  // what was measured on SmolLM2-135M-Instruct, up to kMeasuredExamples examples in a random order
};

// Every cell of `examples` examples. Equal seeds give equal tables.
ScoreTable SimulateHeads(Simulation simulation, std::uint32_t examples, std::uint64_t seed);

}  // namespace rad
