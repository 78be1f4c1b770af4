#include "coordinator/planner.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/head_selection.h"
#include "coordinator/job_probes.h"
#include "coordinator/job_state.h"
#include "coordinator/rank_stage.h"
#include "coordinator/roles_stage.h"
#include "coordinator/stage_graph.h"
#include "coordinator/stage_result.h"
#include "coordinator/work_digest.h"

namespace rad {
namespace {

class Planner {
 public:
  Planner(v1::JobRecord& job, const PlanInput& input) : job_(job), input_(input) {}

  void Advance() {
    bool moved = true;
    while (moved && !IsTerminal(job_.state())) {
      moved = false;
      for (v1::StageRecord& stage : *job_.mutable_stages()) moved |= IsReady(stage) && Decide(stage);
      if (AllSucceeded()) Succeed();
    }
  }

  void Finish(v1::StageRecord& stage, const v1::Task& task, const v1::TaskResult& result) {
    stage.set_tasks_done(stage.tasks_done() + 1);
    if (stage.kind() == v1::StageRecord::RANK) {
      stage.set_seconds(stage.seconds() + result.seconds());
      return;
    }
    StoreResult(task.digest(), stage, result);
    TakeResult(stage, result, StateEvent::kFinish);
  }

  PlanOutcome TakeOutcome() { return std::move(outcome_); }

 private:
  bool IsReady(const v1::StageRecord& stage) const {
    if (IsTerminal(job_.state()) || IsTerminal(stage.state()) || stage.tasks_size() > 0) return false;
    return std::all_of(stage.after().begin(), stage.after().end(), [&](const std::string& name) {
      return StageNamed(job_, name).state() == v1::SUCCEEDED;
    });
  }

  bool AllSucceeded() const {
    return !IsTerminal(job_.state()) &&
           std::all_of(job_.stages().begin(), job_.stages().end(),
                       [](const v1::StageRecord& stage) { return stage.state() == v1::SUCCEEDED; });
  }

  // Whether this may have made another stage ready.
  bool Decide(v1::StageRecord& stage) {
    if (stage.kind() == v1::StageRecord::RANK) return Rank(stage);
    if (stage.kind() == v1::StageRecord::SELECT) return Select(stage);
    if (stage.kind() == v1::StageRecord::ROLES) return FindRoles(stage);
    return Compute(stage, TaskOfStage(job_, stage));
  }

  bool Compute(v1::StageRecord& stage, PlannedTask planned) {
    if (stage.kind() != v1::StageRecord::INSPECT) {  // a file may change under its path: always look
      const std::string digest = WorkDigest(planned.work, planned.inputs);
      if (std::optional<v1::StoredResult> known = input_.knowledge.Result(digest))
        return Reuse(stage, *known);
    }
    AddTask(stage, std::move(planned));
    return false;
  }

  RankDecision Race() { return DecideRank(job_, TablesOf(job_, input_.knowledge), input_.workers); }

  bool Rank(v1::StageRecord& stage) {
    RankDecision decision = Race();
    if (decision.refused) return Fail(stage, decision.reason);
    if (!decision.tasks.empty()) {
      Note(stage.name(), decision.reason);
      for (PlannedTask& task : decision.tasks) AddTask(stage, std::move(task));
      return false;
    }
    const std::string digest = RankDigest();
    v1::TaskResult result;
    result.set_seconds(stage.seconds());
    if (stage.tasks_total() > 0) {
      StoreResult(digest, stage, result);
      CompleteStage(stage, StateEvent::kFinish, decision.reason);
      return true;
    }
    std::optional<v1::StoredResult> known = input_.knowledge.Result(digest);
    if (known) stage.set_seconds(known->result().seconds());
    CompleteStage(stage, StateEvent::kReuse,
                  absl::StrCat("every score was known: nothing computed; ", decision.reason));
    return true;
  }

  std::string RankDigest() const {
    const RaceOptions options = RaceOptionsOf(job_);
    std::string digest;
    for (const v1::ScoreOrigin& origin : ScoreOriginsOf(job_))
      absl::StrAppend(&digest, ScoreKey(origin), "/");
    return absl::StrCat(digest, "rank/", options.method, "/", options.examples, "/", options.by, "/",
                        options.combine, "/", options.delta, "/", options.top);
  }

  // Of the job's own ranking, which is complete; empty for a job that has none.
  std::vector<RankedHead> Ranking() {
    const bool ranks =
        std::any_of(job_.stages().begin(), job_.stages().end(),
                    [](const v1::StageRecord& stage) { return stage.kind() == v1::StageRecord::RANK; });
    return ranks ? Race().ranking : std::vector<RankedHead>();
  }

  bool FindRoles(v1::StageRecord& stage) {
    const std::vector<HeadRef> heads = HeadsWithRole(job_, Ranking());
    if (!heads.empty()) return Compute(stage, RolesTask(job_, heads));
    CompleteStage(stage, StateEvent::kFinish, "no head is kept for what it does");
    return true;
  }

  bool Select(v1::StageRecord& stage) {
    const std::vector<RankedHead> ranking = Ranking();
    std::string message = "kept heads:";
    for (const NamedStudent& named : StudentsOf(job_.job())) {
      const std::vector<HeadRef> kept = SelectHeads(*named.student, job_.teacher(), ranking);
      SetKept(StudentNamed(job_, named.student->name()), kept);
      absl::StrAppend(&message, " ", named.student->name(), " [", HeadsText(kept), "]");
    }
    CompleteStage(stage, StateEvent::kFinish, message);
    return true;
  }

  bool Reuse(v1::StageRecord& stage, const v1::StoredResult& known) {
    TakeResult(stage, known.result(), StateEvent::kReuse);
    outcome_.notes.back().message = absl::StrFormat("result known from %s: nothing computed (it took %.1f s)",
                                                    known.job_id(), known.result().seconds());
    return true;
  }

  void TakeResult(v1::StageRecord& stage, const v1::TaskResult& result, StateEvent event) {
    stage.set_seconds(result.seconds());
    stage.set_artifact_id(result.artifact_id());
    ApplyResult(job_, stage, result);
    CompleteStage(stage, event, absl::StrFormat("done in %.1f s", result.seconds()));
    if (stage.kind() == v1::StageRecord::INSPECT) CheckSelections(stage);
  }

  // As early as the teacher's shape is known: before minutes are spent on the ranking.
  void CheckSelections(v1::StageRecord& stage) {
    for (const NamedStudent& named : StudentsOf(job_.job())) {
      const absl::Status status = CheckSelection(*named.student, named.field, job_.teacher());
      if (status.ok()) continue;
      Note(stage.name(), status.message());
      EndJob(job_, v1::FAILED, std::string(status.message()), input_.now_unix_millis);
      return;
    }
  }

  void AddTask(v1::StageRecord& stage, PlannedTask planned) {
    v1::TaskRecord* record = stage.add_tasks();
    record->set_state(v1::PENDING);
    v1::Task& task = *record->mutable_task();
    job_.set_tasks_created(job_.tasks_created() + 1);
    task.set_job_id(job_.job_id());
    task.set_task_id(absl::StrCat(job_.job_id(), ".", job_.tasks_created()));
    task.set_stage(stage.name());
    task.set_digest(WorkDigest(planned.work, planned.inputs));
    *task.mutable_work() = std::move(planned.work);
    for (v1::Input& input : planned.inputs) *task.add_inputs() = std::move(input);
    *task.mutable_checkpoint() = job_.job().spec().checkpoint();
    stage.set_tasks_total(stage.tasks_total() + 1);
  }

  void CompleteStage(v1::StageRecord& stage, StateEvent event, absl::string_view message) {
    stage.set_state(MustNextState(stage.state(), event));
    stage.set_reused(event == StateEvent::kReuse);
    Note(stage.name(), message);
  }

  bool Fail(v1::StageRecord& stage, const std::string& reason) {
    stage.set_state(MustNextState(stage.state(), StateEvent::kFail));
    Note(stage.name(), reason);
    EndJob(job_, v1::FAILED, reason, input_.now_unix_millis);
    return false;
  }

  void Succeed() {
    const bool computed =
        std::any_of(job_.stages().begin(), job_.stages().end(), [](const v1::StageRecord& stage) {
          return stage.tasks_total() > 0 && stage.kind() != v1::StageRecord::INSPECT;
        });
    const std::string reason = computed ? "all stages done" : "every result was known: nothing computed";
    EndJob(job_, v1::SUCCEEDED, reason, input_.now_unix_millis);
    Note("", reason);
  }

  void StoreResult(const std::string& digest, const v1::StageRecord& stage, const v1::TaskResult& result) {
    v1::StoredResult stored;
    *stored.mutable_result() = result;
    stored.set_job_id(job_.job_id());
    stored.set_stage(stage.name());
    outcome_.results.emplace_back(digest, std::move(stored));
  }

  void Note(absl::string_view stage, absl::string_view message) {
    outcome_.notes.push_back({std::string(stage), std::string(message)});
  }

  v1::JobRecord& job_;
  const PlanInput& input_;
  PlanOutcome outcome_;
};

}  // namespace

ScoreTables TablesOf(const v1::JobRecord& job, Knowledge& knowledge) {
  ScoreTables tables;
  for (const v1::ScoreOrigin& origin : ScoreOriginsOf(job))
    tables.push_back(&knowledge.Scores(ScoreKey(origin)));
  return tables;
}

PlanOutcome AdvanceJob(v1::JobRecord& job, const PlanInput& input) {
  Planner planner(job, input);
  planner.Advance();
  return planner.TakeOutcome();
}

PlanOutcome FinishTask(v1::JobRecord& job, const std::string& task_id, const v1::TaskResult& result,
                       const PlanInput& input) {
  Planner planner(job, input);
  for (v1::StageRecord& stage : *job.mutable_stages()) {
    for (int i = 0; i < stage.tasks_size(); ++i) {
      if (stage.tasks(i).task().task_id() != task_id) continue;
      const v1::Task task = stage.tasks(i).task();
      stage.mutable_tasks()->DeleteSubrange(i, 1);
      planner.Finish(stage, task, result);
      planner.Advance();
      return planner.TakeOutcome();
    }
  }
  std::abort();  // the caller looked the task up
}

void EndJob(v1::JobRecord& job, v1::State state, const std::string& reason, std::int64_t now_unix_millis) {
  const StateEvent event = state == v1::SUCCEEDED ? StateEvent::kFinish
                           : state == v1::FAILED  ? StateEvent::kFail
                                                  : StateEvent::kCancel;
  job.set_state(MustNextState(job.state(), event));
  job.set_reason(reason);
  job.set_finished_unix_seconds(now_unix_millis / 1000);
  for (v1::StageRecord& stage : *job.mutable_stages()) {
    stage.clear_tasks();
    if (!IsTerminal(stage.state())) stage.set_state(MustNextState(stage.state(), StateEvent::kCancel));
  }
}

}  // namespace rad
