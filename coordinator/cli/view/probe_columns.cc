#include "coordinator/cli/view/probe_columns.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rad::cli {
namespace {

using ProbeDrop = v1::Ranked::ProbeDrop;

// One for each probe of several, whatever the row holds.
std::vector<ProbeDrop> DropsOf(const v1::Ranked& ranking, const v1::Ranked::Row& row) {
  std::vector<ProbeDrop> drops(row.by_probe().begin(), row.by_probe().end());
  drops.resize(ranking.probes_size() > 1 ? ranking.probes_size() : 0);
  return drops;
}

struct Field {
  const char* name;
  double (ProbeDrop::*value)() const;
};
constexpr Field kFields[] = {{"accuracy_drop", &ProbeDrop::accuracy_drop},
                             {"accuracy_drop_low", &ProbeDrop::accuracy_drop_low},
                             {"accuracy_drop_high", &ProbeDrop::accuracy_drop_high},
                             {"logprob_drop", &ProbeDrop::logprob_drop},
                             {"logprob_drop_low", &ProbeDrop::logprob_drop_low},
                             {"logprob_drop_high", &ProbeDrop::logprob_drop_high}};

}  // namespace

void AddProbeColumns(const v1::Ranked& ranking, std::vector<Column>& columns) {
  if (ranking.probes_size() < 2) return;
  for (const auto& probe : ranking.probes())
    columns.push_back({absl::AsciiStrToUpper(probe.name()), Column::Align::kRight});
}

void AddProbeCells(const v1::Ranked& ranking, const v1::Ranked::Row& row, std::vector<std::string>& cells) {
  const bool accuracy = ranking.ranking().by() == v1::Ranking::ACCURACY;
  for (const ProbeDrop& drop : DropsOf(ranking, row)) {
    cells.push_back(accuracy ? absl::StrFormat("%+.1f", 100 * drop.accuracy_drop())
                             : absl::StrFormat("%.3f", drop.logprob_drop()));
  }
}

void AddProbeCsvColumns(const v1::Ranked& ranking, std::vector<Column>& columns) {
  if (ranking.probes_size() < 2) return;
  for (const auto& probe : ranking.probes()) {
    for (const Field& field : kFields) columns.push_back({absl::StrCat(probe.name(), ".", field.name)});
  }
}

void AddProbeCsvCells(const v1::Ranked& ranking, const v1::Ranked::Row& row,
                      std::vector<std::string>& cells) {
  for (const ProbeDrop& drop : DropsOf(ranking, row)) {
    for (const Field& field : kFields) cells.push_back(absl::StrFormat("%.9g", (drop.*field.value)()));
  }
}

}  // namespace rad::cli
