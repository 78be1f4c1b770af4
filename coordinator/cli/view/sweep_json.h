// sweep_json.h: a sweep's points as a list for scripts and plots.
#pragma once

#include <nlohmann/json.hpp>

#include "rad/v1/sweep.pb.h"

namespace rad::cli {

// [{placement, head_budget, state_dim, coverage, kv_accuracy, perplexity, memory_bytes, tokens, seconds,
// ...}], one for each point in its order; what was not measured is null.
nlohmann::ordered_json PointsJson(const v1::SweepStatus& status);

}  // namespace rad::cli
