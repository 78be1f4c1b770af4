#include "coordinator/job_status.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "coordinator/job_precision.h"
#include "coordinator/job_state.h"
#include "coordinator/stage_work.h"
#include "coordinator/straggler.h"

namespace rad {
namespace {

// The race as a whole: a task's own progress says little about how far the ranking is.
v1::Progress OfRace(v1::Progress tasks, const RankProgress& rank) {
  tasks.set_done(std::min(static_cast<double>(rank.total), 1.0 * rank.done + tasks.heads_scored()));
  tasks.set_total(rank.total);
  tasks.set_unit("evaluations");
  const double left = tasks.total() - tasks.done();
  tasks.set_eta_seconds(tasks.rate_per_second() > 0 ? left / tasks.rate_per_second() : -1);
  return tasks;
}

void AddRanks(const std::vector<RankLive>& ranks, v1::StageStatus& status) {
  std::vector<double> step_seconds;
  for (const RankLive& rank : ranks) step_seconds.push_back(rank.step_seconds);
  const std::vector<double> scores = StragglerScores(step_seconds);
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    v1::RankStatus& rank = *status.add_ranks();
    rank.set_rank(static_cast<std::uint32_t>(i));
    rank.set_worker(ranks[i].worker);
    rank.set_straggler_score(scores[i]);
  }
}

v1::StageStatus StageStatusOf(const v1::StageRecord& record, const JobLive& live) {
  v1::StageStatus status;
  status.set_name(record.name());
  status.set_state(record.state());
  status.set_reused(record.reused());
  status.set_seconds(record.seconds());
  status.set_tasks_done(record.tasks_done());
  status.set_tasks_total(record.tasks_total());
  status.set_restarts(record.restarts());
  status.set_artifact_id(record.artifact_id());
  auto stage = live.stages.find(record.name());
  if (stage == live.stages.end()) return status;
  status.set_worker(absl::StrJoin(stage->second.workers, ", "));
  AddRanks(stage->second.ranks, status);
  if (stage->second.progress.empty()) return status;
  v1::Progress progress = SumProgress(stage->second.progress);
  const bool is_race = record.kind() == v1::StageRecord::RANK && live.rank.total > 0;
  *status.mutable_progress() = is_race ? OfRace(std::move(progress), live.rank) : std::move(progress);
  return status;
}

}  // namespace

v1::JobStatus MakeStatus(const v1::JobRecord& record, const JobLive& live) {
  v1::JobStatus status;
  status.set_job_id(record.job_id());
  *status.mutable_job() = record.job();
  status.set_state(record.state());
  status.set_reason(record.reason());
  if (!IsTerminal(record.state())) {
    status.set_reason(live.waiting.message);
    status.set_pending(live.waiting.reason);
  }
  for (const v1::StageRecord& stage : record.stages()) *status.add_stages() = StageStatusOf(stage, live);
  *status.mutable_students() = record.students();
  if (record.has_teacher()) {
    *status.mutable_teacher() = record.teacher();
    status.set_precision(PrecisionOf(record));
  }
  if (record.has_roles()) *status.mutable_roles() = record.roles();
  status.set_submitted_unix_seconds(record.submitted_unix_seconds());
  status.set_started_unix_seconds(record.started_unix_seconds());
  status.set_finished_unix_seconds(record.finished_unix_seconds());
  return status;
}

v1::Progress SumProgress(const std::vector<v1::Progress>& parts) {
  if (parts.empty()) return {};
  v1::Progress sum = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const v1::Progress& part = parts[i];
    sum.set_done(sum.done() + part.done());
    sum.set_total(sum.total() + part.total());
    sum.set_rate_per_second(sum.rate_per_second() + part.rate_per_second());
    const bool unknown = sum.eta_seconds() < 0 || part.eta_seconds() < 0;
    sum.set_eta_seconds(unknown ? -1 : std::max(sum.eta_seconds(), part.eta_seconds()));
    sum.set_step(std::max(sum.step(), part.step()));
    sum.set_tokens(sum.tokens() + part.tokens());
    sum.set_heads_scored(sum.heads_scored() + part.heads_scored());
    for (const auto& [term, loss] : part.losses()) (*sum.mutable_losses())[term] = loss;
    for (const auto& [kind, bytes] : part.memory_bytes()) (*sum.mutable_memory_bytes())[kind] += bytes;
  }
  return sum;
}

}  // namespace rad
