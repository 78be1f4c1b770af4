#include "coordinator/cli/view/ranking_table.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rad::cli {
namespace {

constexpr auto kRight = Column::Align::kRight;

std::string Points(double share) { return absl::StrFormat("%+.1f", 100 * share); }

std::string Exact(double value) { return absl::StrFormat("%.9g", value); }

}  // namespace

Table RankingTable(const v1::Ranked& ranking, std::size_t rows) {
  Table table({{"RANK", kRight},
               {"HEAD"},
               {"DROP (POINTS)", kRight},
               {"95% INTERVAL"},
               {"LOG-PROB DROP", kRight},
               {"MARGIN DROP", kRight},
               {"EXAMPLES", kRight}});
  for (const auto& row : ranking.rows()) {
    if (rows-- == 0) break;
    table.Add(
        {absl::StrCat(row.rank()), absl::StrCat(row.head().layer(), ".", row.head().head()),
         Points(row.accuracy_drop()),
         absl::StrCat("[", Points(row.accuracy_drop_low()), ", ", Points(row.accuracy_drop_high()), "]"),
         absl::StrFormat("%.3f", row.logprob_drop()), absl::StrFormat("%.3f", row.margin_drop()),
         absl::StrCat(row.examples())});
  }
  return table;
}

Table RankingCsv(const v1::Ranked& ranking) {
  Table table({{"rank"},
               {"layer"},
               {"head"},
               {"examples"},
               {"accuracy_drop"},
               {"accuracy_drop_low"},
               {"accuracy_drop_high"},
               {"logprob_drop"},
               {"margin_drop"}});
  for (const auto& row : ranking.rows()) {
    table.Add({absl::StrCat(row.rank()), absl::StrCat(row.head().layer()), absl::StrCat(row.head().head()),
               absl::StrCat(row.examples()), Exact(row.accuracy_drop()), Exact(row.accuracy_drop_low()),
               Exact(row.accuracy_drop_high()), Exact(row.logprob_drop()), Exact(row.margin_drop())});
  }
  return table;
}

}  // namespace rad::cli
