// sweep_tables.h: sweeps and their points as people read them.
#pragma once

#include <string>
#include <vector>

#include "coordinator/cli/view/table.h"
#include "rad/v1/sweep.pb.h"

namespace rad::cli {

Table SweepsTable(const std::vector<v1::SweepStatus>& sweeps, std::int64_t now_unix_seconds);

// One row a point: what it sets, state, kept heads, N, tokens, minutes, retrieval, coverage, perplexity, KL,
// bytes.
// '*' marks the Pareto front of coverage against bytes.
Table PointsTable(const v1::SweepStatus& status);

// The table, why points failed or stopped, the best point, and how much aligning was shared.
std::string SweepReport(const v1::SweepStatus& status);

// "head_budget=5 placement=random"
std::string SettingsText(const v1::SweepPoint& point);

}  // namespace rad::cli
