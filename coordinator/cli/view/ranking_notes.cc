#include "coordinator/cli/view/ranking_notes.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace rad::cli {
namespace {

std::string Certainty(const v1::Ranked& ranking) {
  const auto undecided = std::count_if(ranking.rows().begin(), ranking.rows().end(),
                                       [](const v1::Ranked::Row& row) { return row.undecided(); });
  if (undecided == 0) {
    return absl::StrFormat("The top %d are certain: an error has a probability of at most %g.\n",
                           ranking.top(), ranking.ranking().delta());
  }
  return absl::StrFormat(
      "?: undecided. Each of these %d heads could be among the top %d or not after %d examples; a larger\n"
      "probe.examples tells more of them apart.\n",
      undecided, ranking.top(), ranking.max_examples());
}

std::string CombinedHow(const v1::Ranked& ranking) {
  if (ranking.probes_size() < 2) return "";
  return absl::StrFormat("Ranked by the %s drop over %d probes; a probe's column is the drop on it alone.\n",
                         ranking.ranking().combine() == v1::Ranking::WORST ? "worst" : "mean",
                         ranking.probes_size());
}

std::string Roles(const v1::Ranked& ranking) {
  const bool classified = std::any_of(ranking.rows().begin(), ranking.rows().end(),
                                      [](const v1::Ranked::Row& row) { return row.has_role(); });
  if (!classified) return "";
  return "Roles of the kept heads by their attention: gather, from a line's last token to its pair; "
         "aggregate,\n"
         "from the question's end to the asked value; mixed, both; other, neither (both shares shown).\n";
}

}  // namespace

std::string RankingNotes(const v1::Ranked& ranking) {
  if (ranking.top() == 0) return "";
  const std::uint64_t probes = std::max(1, ranking.probes_size());
  const std::uint64_t all = probes * ranking.layers() * ranking.heads() * ranking.max_examples();
  return CombinedHow(ranking) + Certainty(ranking) +
         absl::StrFormat("%d evaluations; every head on every example would be %d.\n", ranking.evaluations(),
                         all) +
         absl::StrFormat(
             "Accuracy and log-probability share %d of their top %d (rank correlation over all heads "
             "%.2f).\n",
             ranking.shared_top(), ranking.top(), ranking.rank_correlation()) +
         Roles(ranking);
}

}  // namespace rad::cli
