#include "coordinator/rank_stage.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/head_selection.h"
#include "coordinator/job_probes.h"
#include "coordinator/score_tasks.h"
#include "coordinator/stage_graph.h"
#include "coordinator/work_digest.h"

namespace rad {
namespace {

// Of the index-th probe.
PlannedTask ScoreTask(const v1::JobRecord& job, int index, const v1::Probe& probe, const ScorePiece& piece) {
  PlannedTask task = NewTask(job);
  v1::ScoreHeads& score = *task.work.mutable_score();
  *score.mutable_teacher() = job.job().spec().teacher();
  score.set_teacher_digest(job.teacher().digest());
  *score.mutable_probe() = WhatMakesExamples(probe);
  *score.mutable_probe_files() = ProbeFilesOf(job, index);
  score.set_example_begin(piece.begin);
  score.set_example_end(piece.end);
  AddHeads(piece.heads, *score.mutable_heads());
  return task;
}

std::uint32_t ExampleTokens(const v1::Probe& probe) {
  return probe.task() == v1::Probe::NEEDLE ? probe.context_tokens() : kPieceExampleTokens;
}

// The tasks of what `cut(table, example_tokens)` makes of each probe's table.
template <typename Cut>
std::vector<PlannedTask> ScoreTasks(const v1::JobRecord& job, const ScoreTables& tables, Cut cut) {
  std::vector<PlannedTask> tasks;
  const std::vector<NamedProbe> probes = ProbesOf(job.job().spec());
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const v1::Probe& probe = *probes[i].probe;
    for (const ScorePiece& piece : cut(*tables[i], ExampleTokens(probe)))
      tasks.push_back(ScoreTask(job, static_cast<int>(i), probe, piece));
  }
  return tasks;
}

std::vector<PlannedTask> BaseTasks(const v1::JobRecord& job, const ScoreTables& tables) {
  const std::uint32_t examples = job.job().spec().probe().examples();
  return ScoreTasks(job, tables, [&](const ScoreTable& table, std::uint32_t example_tokens) {
    return CutBase(table, examples, example_tokens);
  });
}

std::string RefusalOf(const NamedProbe& named, std::uint32_t correct) {
  const v1::Probe& probe = *named.probe;
  return absl::StrFormat(
      "%s.min_teacher_accuracy is %g, but on this probe (%s) the teacher itself answers only %d of %d "
      "examples (%.1f%%): its heads cannot be ranked on a task that it cannot do. Give fewer pairs "
      "(%s.pairs is %d), the other %s.template, or a lower floor",
      named.field, probe.min_teacher_accuracy(), probe.name(), correct, probe.examples(),
      100.0 * correct / probe.examples(), named.field, probe.pairs(), named.field);
}

// Of the first probe that the teacher fails; empty when it passes all.
std::string RefusalOf(const v1::JobRecord& job, const ScoreTables& tables) {
  const std::vector<NamedProbe> probes = ProbesOf(job.job().spec());
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const v1::Probe& probe = *probes[i].probe;
    const std::uint32_t correct = tables[i]->BaseCorrect(probe.examples());
    if (correct < probe.min_teacher_accuracy() * probe.examples()) return RefusalOf(probes[i], correct);
  }
  return "";
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
  options.combine = ranking.combine();
  options.delta = ranking.delta();
  options.top = ranking.top();
  for (const NamedStudent& named : StudentsOf(job.job())) {
    if (!NeedsRanking(*named.student)) continue;
    options.top = std::max(options.top, HeadCount(*named.student, job.teacher()).value_or(0));
  }
  return options;
}

RankDecision DecideRank(const v1::JobRecord& job, const ScoreTables& tables, std::uint32_t workers) {
  if (std::vector<PlannedTask> base = BaseTasks(job, tables); !base.empty()) {
    const std::string of_each =
        tables.size() == 1 ? "" : absl::StrCat(" of each of ", tables.size(), " probes");
    return {.tasks = std::move(base),
            .reason = absl::StrCat("the teacher itself on ", job.job().spec().probe().examples(), " examples",
                                   of_each)};
  }
  if (std::string refusal = RefusalOf(job, tables); !refusal.empty()) {
    return {.refused = true, .reason = std::move(refusal)};
  }
  RaceDecision race = NextRound(tables, RaceOptionsOf(job));
  if (race.done) {
    return {.ranking = std::move(race.ranking),
            .evaluations = race.evaluations,
            .reason = std::move(race.reason)};
  }
  const auto cut = [&](const ScoreTable& table, std::uint32_t example_tokens) {
    return CutRound(table, race.blocks, workers, example_tokens);
  };
  return {.tasks = ScoreTasks(job, tables, cut), .reason = std::move(race.reason)};
}

RankProgress MeasureRank(const v1::JobRecord& job, const ScoreTables& tables) {
  if (!BaseTasks(job, tables).empty()) return {};
  const RaceDecision race = NextRound(tables, RaceOptionsOf(job));
  std::uint64_t unknown = 0;
  for (const ScoreTable* table : tables) {
    for (const ScoreBlock& block : race.blocks) {
      for (const HeadRef& head : block.heads) unknown += block.examples - table->Known(head, block.examples);
    }
  }
  return {race.evaluations - unknown, race.evaluations};
}

}  // namespace rad
