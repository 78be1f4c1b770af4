// probe_columns.h: of a ranking over several probes, the drops on each of them as further columns. A single
// probe adds none: its drops are the ranking's own.
#pragma once

#include <string>
#include <vector>

#include "coordinator/cli/view/table.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {

// The drop of the measure ranked by, one column a probe, for reading.
void AddProbeColumns(const v1::Ranked& ranking, std::vector<Column>& columns);
void AddProbeCells(const v1::Ranked& ranking, const v1::Ranked::Row& row, std::vector<std::string>& cells);

// Both measures with their intervals, "needle.logprob_drop", for other programs.
void AddProbeCsvColumns(const v1::Ranked& ranking, std::vector<Column>& columns);
void AddProbeCsvCells(const v1::Ranked& ranking, const v1::Ranked::Row& row, std::vector<std::string>& cells);

}  // namespace rad::cli
