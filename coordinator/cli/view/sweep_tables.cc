#include "coordinator/cli/view/sweep_tables.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/quantities.h"
#include "coordinator/cli/view/results_table.h"

namespace rad::cli {
namespace {

constexpr auto kRight = Column::Align::kRight;

bool IsOnFront(const v1::SweepStatus& status, const v1::SweepPoint& point) {
  return std::count(status.pareto().begin(), status.pareto().end(), point.point()) > 0;
}

std::string PointState(const v1::SweepPoint& point) {
  return point.stopped_early() ? "stopped early" : StateWord(point.state());
}

std::vector<std::string> ResultCells(const v1::SweepPoint& point) {
  if (!point.has_result()) return std::vector<std::string>(9, "-");
  const v1::SweepResult& result = point.result();
  return {absl::StrCat(result.head_budget()),
          absl::StrCat(result.state_dim()),
          ShowCount(result.tokens()),
          absl::StrFormat("%.1f", result.seconds() / 60),
          ShowAccuracy(result.accuracy()),
          ShowShare(result.coverage()),
          ShowReal(result.perplexity()),
          ShowReal(result.kl()),
          result.memory_bytes() == 0 ? "-" : ShowBytes(result.memory_bytes())};
}

// Of alignments: what the sweep computed, against what its two dearest points would have cost alone.
std::string AlignText(const v1::AlignWork& work) {
  if (work.two_dearest_tokens() == 0) return "";
  std::string text = absl::StrFormat(
      "Alignment: %d computed in this sweep, %s tokens in %s; its two dearest points alone: %s tokens in %s",
      work.alignments(), ShowCount(work.computed_tokens()), ShowSeconds(work.computed_seconds()),
      ShowCount(work.two_dearest_tokens()), ShowSeconds(work.two_dearest_seconds()));
  return absl::StrFormat("%s (ratio %.2f of tokens).\n", text,
                         1.0 * work.computed_tokens() / work.two_dearest_tokens());
}

std::string BestText(const v1::SweepStatus& status) {
  if (status.best() == 0) return "";
  const std::string metric = absl::AsciiStrToLower(v1::Metric_Name(status.metric()));
  return absl::StrCat("Best by ", metric, ": point ", status.best(), " (",
                      Printable(SettingsText(status.points(static_cast<int>(status.best()) - 1))), ").\n");
}

}  // namespace

std::string SettingsText(const v1::SweepPoint& point) {
  return absl::StrJoin(point.settings(), " ", [](std::string* out, const v1::FieldSetting& setting) {
    const std::size_t dot = setting.path().rfind('.');
    absl::StrAppend(out, setting.path().substr(dot == std::string::npos ? 0 : dot + 1), "=",
                    absl::StrJoin(setting.words(), ","));
  });
}

Table SweepsTable(const std::vector<v1::SweepStatus>& sweeps, std::int64_t now_unix_seconds) {
  Table table({{"ID"}, {"NAME"}, {"STATE"}, {"POINTS", kRight}, {"AGE", kRight}, {"PROGRESS"}});
  for (const v1::SweepStatus& sweep : sweeps) {
    const bool paused = sweep.paused() && !IsTerminal(sweep.state());
    table.Add({sweep.sweep_id(), sweep.sweep().metadata().name(),
               paused ? "paused" : StateWord(sweep.state()), absl::StrCat(sweep.points_size()),
               ShowAge(sweep.submitted_unix_seconds(), now_unix_seconds), sweep.reason()});
  }
  return table;
}

Table PointsTable(const v1::SweepStatus& status) {
  Table table({{"", kRight},
               {"POINT"},
               {"STATE"},
               {"KEPT", kRight},
               {"N", kRight},
               {"TOKENS", kRight},
               {"MINUTES", kRight},
               {"KV ACCURACY [95%]", kRight},
               {"COVERAGE", kRight},
               {"PERPLEXITY", kRight},
               {"KL", kRight},
               {"MEMORY", kRight}});
  for (const v1::SweepPoint& point : status.points()) {
    std::vector<std::string> cells = {absl::StrCat(IsOnFront(status, point) ? "*" : "", point.point()),
                                      SettingsText(point), PointState(point)};
    for (std::string& cell : ResultCells(point)) cells.push_back(std::move(cell));
    table.Add(std::move(cells));
  }
  return table;
}

std::string SweepReport(const v1::SweepStatus& status) {
  std::string text = PointsTable(status).ToText();
  if (status.pareto_size() > 0) {
    const v1::SweepResult& any = status.points(static_cast<int>(status.pareto(0)) - 1).result();
    absl::StrAppend(&text, "\n* no other point beats it in both coverage and bytes of decoding ",
                    any.memory_context_tokens(), " tokens.\n");
  }
  absl::StrAppend(&text, BestText(status), AlignText(status.align()));
  for (const v1::SweepPoint& point : status.points()) {
    if (point.state() != v1::FAILED && !point.stopped_early()) continue;
    absl::StrAppend(&text, "Point ", point.point(), ": ", Printable(point.reason()), "\n");
  }
  return text;
}

}  // namespace rad::cli
