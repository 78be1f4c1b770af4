#include "coordinator/rank_stage.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/head_selection.h"
#include "coordinator/score_tasks.h"
#include "coordinator/stage_graph.h"
#include "coordinator/work_digest.h"

namespace rad {
namespace {

PlannedTask ScoreTask(const v1::JobRecord& job, const ScorePiece& piece) {
  PlannedTask task = NewTask(job);
  v1::ScoreHeads& score = *task.work.mutable_score();
  *score.mutable_teacher() = job.job().spec().teacher();
  score.set_teacher_digest(job.teacher().digest());
  *score.mutable_probe() = ScoreOriginOf(job).probe();
  score.set_example_begin(piece.begin);
  score.set_example_end(piece.end);
  AddHeads(piece.heads, *score.mutable_heads());
  return task;
}

std::vector<PlannedTask> ScoreTasks(const v1::JobRecord& job, const std::vector<ScorePiece>& pieces) {
  std::vector<PlannedTask> tasks;
  for (const ScorePiece& piece : pieces) tasks.push_back(ScoreTask(job, piece));
  return tasks;
}

std::string RefusalOf(const v1::Probe& probe, std::uint32_t correct) {
  return absl::StrFormat(
      "spec.probe.min_teacher_accuracy is %g, but the teacher itself answers only %d of %d examples "
      "(%.1f%%): its heads "
      "cannot be ranked on a task that it cannot do. Give fewer pairs (spec.probe.pairs is %d), the other "
      "spec.probe.template, or a lower floor",
      probe.min_teacher_accuracy(), correct, probe.examples(), 100.0 * correct / probe.examples(),
      probe.pairs());
}

}  // namespace

RaceOptions RaceOptionsOf(const v1::JobRecord& job) {
  RaceOptions options;
  options.layers = job.teacher().layers();
  options.heads_per_layer = job.teacher().heads();
  options.examples = job.job().spec().probe().examples();
  const v1::Ranking& ranking = job.job().spec().ranking();
  options.method = ranking.method();
  options.by = ranking.by();
  options.delta = ranking.delta();
  options.top = ranking.top();
  for (const NamedStudent& named : StudentsOf(job.job())) {
    if (!NeedsRanking(*named.student)) continue;
    options.top = std::max(options.top, HeadCount(*named.student, job.teacher()).value_or(0));
  }
  return options;
}

RankDecision DecideRank(const v1::JobRecord& job, const ScoreTable& table, std::uint32_t workers) {
  const v1::Probe& probe = job.job().spec().probe();
  if (const std::vector<ScorePiece> base = CutBase(table, probe.examples()); !base.empty()) {
    return {.tasks = ScoreTasks(job, base),
            .reason = absl::StrCat("the teacher itself on ", probe.examples(), " examples")};
  }
  const std::uint32_t correct = table.BaseCorrect(probe.examples());
  if (correct < probe.min_teacher_accuracy() * probe.examples()) {
    return {.refused = true, .reason = RefusalOf(probe, correct)};
  }
  RaceDecision race = NextRound(table, RaceOptionsOf(job));
  if (race.done) {
    return {.ranking = std::move(race.ranking),
            .evaluations = race.evaluations,
            .reason = std::move(race.reason)};
  }
  return {.tasks = ScoreTasks(job, CutRound(table, race.blocks, workers)), .reason = std::move(race.reason)};
}

RankProgress MeasureRank(const v1::JobRecord& job, const ScoreTable& table) {
  if (!CutBase(table, job.job().spec().probe().examples()).empty()) return {};
  const RaceDecision race = NextRound(table, RaceOptionsOf(job));
  std::uint64_t unknown = 0;
  for (const ScoreBlock& block : race.blocks) {
    for (const HeadRef& head : block.heads) unknown += block.examples - table.Known(head, block.examples);
  }
  return {race.evaluations - unknown, race.evaluations};
}

}  // namespace rad
