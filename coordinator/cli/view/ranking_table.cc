#include "coordinator/cli/view/ranking_table.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/cli/view/probe_columns.h"
#include "coordinator/cli/view/role_text.h"

namespace rad::cli {
namespace {

constexpr auto kRight = Column::Align::kRight;

std::string Points(double share) { return absl::StrFormat("%+.1f", 100 * share); }

std::string Exact(double value) { return absl::StrFormat("%.9g", value); }

// Empty cells for a head that was not classified: 0 would be a finding.
void AddRole(const v1::Ranked::Row& row, std::vector<std::string>& cells) {
  const v1::HeadRole& role = row.role();
  cells.push_back(RoleWord(role));
  for (const double number : {role.gather(), role.gather_if_equal(), role.aggregate(),
                              role.aggregate_if_equal(), role.attribution()})
    cells.push_back(row.has_role() ? Exact(number) : "");
}

}  // namespace

Table RankingTable(const v1::Ranked& ranking, std::size_t rows) {
  std::vector<Column> columns = {{"RANK", kRight}, {"HEAD"},
                                 {"ROLE"},         {"LOG-PROB DROP", kRight},
                                 {"95% INTERVAL"}, {"ACCURACY DROP", kRight},
                                 {"95% INTERVAL"}, {"EXAMPLES", kRight}};
  AddProbeColumns(ranking, columns);
  Table table(std::move(columns));
  for (const auto& row : ranking.rows()) {
    if (rows-- == 0) break;
    std::vector<std::string> cells = {
        absl::StrCat(row.rank(), row.undecided() ? "?" : " "),
        absl::StrCat(row.head().layer(), ".", row.head().head()),
        RoleText(row.role()),
        absl::StrFormat("%.3f", row.logprob_drop()),
        absl::StrFormat("[%.3f, %.3f]", row.logprob_drop_low(), row.logprob_drop_high()),
        Points(row.accuracy_drop()),
        absl::StrCat("[", Points(row.accuracy_drop_low()), ", ", Points(row.accuracy_drop_high()), "]"),
        absl::StrCat(row.examples())};
    AddProbeCells(ranking, row, cells);
    table.Add(std::move(cells));
  }
  return table;
}

Table RankingCsv(const v1::Ranked& ranking) {
  std::vector<Column> columns = {{"rank"},
                                 {"layer"},
                                 {"head"},
                                 {"examples"},
                                 {"accuracy_drop"},
                                 {"accuracy_drop_low"},
                                 {"accuracy_drop_high"},
                                 {"logprob_drop"},
                                 {"logprob_drop_low"},
                                 {"logprob_drop_high"},
                                 {"margin_drop"},
                                 {"bound_low"},
                                 {"bound_high"},
                                 {"undecided"},
                                 {"role"},
                                 {"gather"},
                                 {"gather_if_equal"},
                                 {"aggregate"},
                                 {"aggregate_if_equal"},
                                 {"attribution"}};
  AddProbeCsvColumns(ranking, columns);
  Table table(std::move(columns));
  for (const auto& row : ranking.rows()) {
    std::vector<std::string> cells = {
        absl::StrCat(row.rank()),        absl::StrCat(row.head().layer()),  absl::StrCat(row.head().head()),
        absl::StrCat(row.examples()),    Exact(row.accuracy_drop()),        Exact(row.accuracy_drop_low()),
        Exact(row.accuracy_drop_high()), Exact(row.logprob_drop()),         Exact(row.logprob_drop_low()),
        Exact(row.logprob_drop_high()),  Exact(row.margin_drop()),          Exact(row.bound_low()),
        Exact(row.bound_high()),         row.undecided() ? "true" : "false"};
    AddRole(row, cells);
    AddProbeCsvCells(ranking, row, cells);
    table.Add(std::move(cells));
  }
  return table;
}

}  // namespace rad::cli
