// ranking_table.h: the ranking of heads as rows.
#pragma once

#include <cstddef>

#include "coordinator/cli/view/table.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {

// The first `rows` heads, rounded for reading.
Table RankingTable(const v1::Ranked& ranking, std::size_t rows);

// Every head, every digit, for other programs.
Table RankingCsv(const v1::Ranked& ranking);

}  // namespace rad::cli
