#include "coordinator/cli/view/run_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/cli/view/quantities.h"
#include "coordinator/cli/view/ranking_notes.h"
#include "coordinator/cli/view/ranking_table.h"
#include "coordinator/cli/view/results_table.h"

namespace rad::cli {
namespace {

constexpr std::size_t kRankingRows = 10;
constexpr double kWellBehind = 1.3;  // times the teacher's perplexity

double WorstPerplexity(const v1::JobStatus& status) {
  double worst = 0;
  for (const auto& student : status.students()) {
    if (student.evaluation().text_tokens() > 0) worst = std::max(worst, student.evaluation().perplexity());
  }
  return worst;
}

std::string ReusedNote(const v1::JobStatus& status) {
  const auto reused = std::count_if(status.stages().begin(), status.stages().end(),
                                    [](const auto& stage) { return stage.reused(); });
  if (reused == 0) return "";
  return absl::StrCat(reused, " of ", status.stages_size(),
                      " stages had been computed before and were not computed again.\n");
}

}  // namespace

std::string PerplexityNote(const v1::JobStatus& status) {
  if (status.students().empty() || status.students(0).name() != "teacher") return "";
  const v1::Evaluation& teacher = status.students(0).evaluation();
  const double worst = WorstPerplexity(status);
  if (teacher.text_tokens() == 0 || worst <= kWellBehind * teacher.perplexity()) return "";
  return absl::StrFormat(
      "Perplexity is up to %.1f, the teacher's is %.1f: so short a training restores retrieval, not "
      "fluency.\n"
      "deploy/examples/longer.yaml trains on a million tokens.\n",
      worst, teacher.perplexity());
}

std::string RunReport(const v1::JobStatus& status, const v1::Ranked& ranking) {
  std::string text;
  if (ranking.rows_size() > 0) {
    absl::StrAppend(&text, "The heads that retrieval needs most, of ", ranking.layers() * ranking.heads(),
                    " (teacher's accuracy on the probe: ", ShowShare(ranking.teacher_accuracy()), ")\n\n",
                    RankingTable(ranking, kRankingRows).ToText(), "\n", RankingNotes(ranking), "\n");
  }
  if (status.students_size() > 0) absl::StrAppend(&text, "Results\n\n", ResultsText(status), "\n");
  return absl::StrCat(text, ReusedNote(status), PerplexityNote(status));
}

}  // namespace rad::cli
