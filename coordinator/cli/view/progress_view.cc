#include "coordinator/cli/view/progress_view.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "coordinator/cli/view/quantities.h"
#include "coordinator/cli/view/table.h"

namespace rad::cli {
namespace {

constexpr int kBarColumns = 24;

double DoneShare(const v1::Progress& progress) {
  if (!(progress.total() > 0)) return 0;
  return std::clamp(progress.done() / progress.total(), 0.0, 1.0);
}

std::string Bar(double share) {
  const int filled = static_cast<int>(share * kBarColumns);
  std::string bar(static_cast<std::size_t>(filled), '=');
  if (filled < kBarColumns) bar += '>';
  bar.resize(kBarColumns, ' ');
  return absl::StrCat("[", bar, "]");
}

std::string Count(double value) {
  return value < 1e15 && value >= 0 ? ShowCount(static_cast<std::uint64_t>(value)) : "?";
}

// "120/390 steps", with the rate, what is left and the losses where they are known.
std::vector<std::string> Measures(const v1::Progress& progress) {
  std::vector<std::string> parts;
  if (progress.total() > 0) {
    parts.push_back(absl::StrCat(Count(progress.done()), "/", Count(progress.total()), " ", progress.unit()));
  }
  if (progress.rate_per_second() > 0) {
    parts.push_back(absl::StrFormat("%.3g/s", progress.rate_per_second()));
  }
  if (progress.total() > 0 && progress.eta_seconds() >= 0 && progress.rate_per_second() > 0) {
    parts.push_back(absl::StrCat("ETA ", ShowSeconds(progress.eta_seconds())));
  }
  const std::map<std::string, double> losses(progress.losses().begin(), progress.losses().end());
  for (const auto& [term, loss] : losses) parts.push_back(absl::StrFormat("loss %s %.4g", term, loss));
  return parts;
}

std::string Waiting(const v1::StageStatus& stage) {
  return stage.restarts() ? absl::StrCat("waiting, restarted ", stage.restarts(), "x") : "waiting";
}

std::string Running(const v1::StageStatus& stage, const std::string& separator, bool bar) {
  std::vector<std::string> parts;
  if (bar && stage.progress().total() > 0) parts.push_back(Bar(DoneShare(stage.progress())));
  for (std::string& part : Measures(stage.progress())) parts.push_back(std::move(part));
  if (parts.empty())
    parts.push_back(stage.progress().phase().empty() ? "starting" : stage.progress().phase());
  if (stage.restarts()) parts.push_back(absl::StrCat("restarted ", stage.restarts(), "x"));
  return absl::StrJoin(parts, separator);
}

std::string StageText(const v1::StageStatus& stage, const std::string& separator, bool bar) {
  switch (stage.state()) {
    case v1::RUNNING:
      return Running(stage, separator, bar);
    case v1::SUCCEEDED:
      return absl::StrCat(stage.reused() ? "known already, took " : "done in ", ShowSeconds(stage.seconds()));
    case v1::FAILED:
      return "failed";
    case v1::CANCELLED:
      return "cancelled";
    default:
      return Waiting(stage);
  }
}

std::string Cut(std::string line, int columns) {
  if (columns > 0 && DisplayWidth(line) > static_cast<std::size_t>(columns)) {
    line.resize(static_cast<std::size_t>(columns));
  }
  return line;
}

}  // namespace

std::string StateWord(v1::State state) {
  return state == v1::STATE_UNSPECIFIED ? "unknown" : absl::AsciiStrToLower(v1::State_Name(state));
}

bool IsTerminal(v1::State state) {
  return state == v1::SUCCEEDED || state == v1::FAILED || state == v1::CANCELLED;
}

std::string Headline(const v1::JobStatus& status) {
  if (status.state() == v1::PENDING) {
    return status.reason().empty() ? "waiting" : absl::StrCat("waiting: ", status.reason());
  }
  std::string text = StateWord(status.state());
  if (status.state() == v1::RUNNING) {
    const auto done = std::count_if(status.stages().begin(), status.stages().end(),
                                    [](const auto& stage) { return stage.state() == v1::SUCCEEDED; });
    absl::StrAppend(&text, ", ", done, " of ", status.stages_size(), " stages done");
  }
  if (!status.reason().empty()) absl::StrAppend(&text, ": ", status.reason());
  return text;
}

std::vector<std::string> ProgressLines(const v1::JobStatus& status, int columns) {
  std::size_t width = 0;
  for (const auto& stage : status.stages()) width = std::max(width, stage.name().size());
  std::vector<std::string> lines = {
      Cut(Printable(absl::StrCat(status.job().metadata().name(), " ", Headline(status))), columns)};
  for (const auto& stage : status.stages()) {
    std::string name = stage.name();
    name.resize(width, ' ');
    lines.push_back(Cut(Printable(absl::StrCat("  ", name, "  ", StageText(stage, "  ", true))), columns));
  }
  return lines;
}

std::string PlainProgress(const v1::StageStatus& stage) {
  return Printable(absl::StrCat(stage.name(), ": ", StageText(stage, ", ", false)));
}

}  // namespace rad::cli
