#include "coordinator/scheduler.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/hindrance.h"
#include "coordinator/queue_ledger.h"
#include "coordinator/queue_lines.h"
#include "coordinator/worker_pool.h"

namespace rad {
namespace {

constexpr std::uint32_t kAny = std::numeric_limits<std::uint32_t>::max();

struct Line {
  std::string queue;
  std::vector<const ReadyTask*> tasks;
  std::size_t next = 0;
  const ReadyTask* head = nullptr;  // the first that waits for workers or quota
  bool head_has_claim = false;

  bool done() const { return next == tasks.size(); }
};

class Pass {
 public:
  Pass(const SchedulerView& view, absl::Duration now)
      : now_(now), ledger_(view), pool_(view), under_way_(view) {
    for (auto& [queue, tasks] : LinesOf(view)) lines_.push_back({queue, std::move(tasks)});
    schedule_.waiting.reserve(view.ready.size());
  }

  Schedule Run() {
    while (Line* line = NextLine()) Decide(*line->tasks[line->next++], *line);
    Grow();
    for (const ReadyTask* task : started_) schedule_.waiting.erase(task->job_id);
    return std::move(schedule_);
  }

 private:
  // Its smallest size is within its queue's quota.
  bool HasClaim(const ReadyTask& task) const { return ledger_.Room(task.queue) >= task.gang.min; }

  Line* NextLine() {
    Line* next = nullptr;
    std::tuple<bool, double> best;
    for (Line& line : lines_) {
      SkipHindered(line);
      if (line.done()) continue;
      const ReadyTask& task = *line.tasks[line.next];
      const bool would_borrow = !HasClaim(task) && MayBorrow(line);
      const std::tuple<bool, double> turn(would_borrow, ledger_.Share(line.queue));
      if (next == nullptr || turn < best) {
        next = &line;
        best = turn;
      }
    }
    return next;
  }

  // They are nobody's turn: what comes behind them may have a claim.
  void SkipHindered(Line& line) {
    for (; !line.done(); ++line.next) {
      const ReadyTask& task = *line.tasks[line.next];
      std::optional<Waiting> hindrance = HindranceOf(task, under_way_, ledger_, pool_, now_);
      if (!hindrance) return;
      Wait(task, *std::move(hindrance));
    }
  }

  // Borrowing counts against the quota too, so what comes behind a claim may not: the claim would be lost.
  bool MayBorrow(const Line& line) const { return ledger_.Borrows(line.queue) && !line.head_has_claim; }

  void Wait(const ReadyTask& task, Waiting waiting) {
    schedule_.waiting.try_emplace(task.job_id, std::move(waiting));
  }

  void Decide(const ReadyTask& task, Line& line) {
    const std::uint32_t quota_room = HasClaim(task) ? ledger_.Room(task.queue) : MayBorrow(line) ? kAny : 0;
    if (quota_room >= task.gang.min) return DecideSize(task, std::min(MostWorkers(task), quota_room), line);
    Wait(task, OverQuota(task, line));
    ClaimPlace(task, line);
  }

  Waiting OverQuota(const ReadyTask& task, const Line& line) const {
    if (line.head_has_claim) {
      return {v1::BEHIND_OTHERS,
              absl::StrCat(line.head->job_id, " waits before it for the rest of the queue's quota"),
              line.head->job_id};
    }
    return {v1::QUEUE_QUOTA, absl::StrCat(ledger_.Limits(task.queue), "; what comes before this has them")};
  }

  std::uint32_t MostWorkers(const ReadyTask& task) {
    return std::min(
        {task.gang.max, task.max_workers - under_way_.Held(task.job_id), pool_.Fitting(task.needs)});
  }

  void DecideSize(const ReadyTask& task, std::uint32_t most, Line& line) {
    const std::uint32_t idle = pool_.IdleFitting(task.needs);
    if (idle >= most) return Begin(task, most);
    const bool patient = now_ < task.ready_since + kGangPatience;
    if (idle >= task.gang.min && !patient) return Begin(task, idle);
    if (idle < task.gang.min) schedule_.starved.push_back(task.task_id);
    ClaimPlace(task, line);
    if (most == 1) return Wait(task, Behind());
    pool_.Take(task.needs, kAny);  // kept for it
    keeper_ = task.job_id;
    Wait(task, {v1::GANG_INCOMPLETE,
                absl::StrCat("waits for ", patient ? most : task.gang.min, " workers to be free at once; ",
                             idle, idle == 1 ? " is" : " are", ": spec.resources.workers")});
  }

  Waiting Behind() const {
    if (keeper_.empty()) return {v1::BEHIND_OTHERS, "every worker that it could use is busy"};
    return {v1::BEHIND_OTHERS, absl::StrCat("every worker that it could use is busy, or kept for ", keeper_,
                                            ", which needs several at once")};
  }

  // The first of its queue that waits for workers or quota keeps its part of the quota.
  void ClaimPlace(const ReadyTask& task, Line& line) {
    if (line.head != nullptr) return;
    line.head = &task;
    line.head_has_claim = HasClaim(task);
    ledger_.Take(task.queue, task.gang.min);
  }

  void Begin(const ReadyTask& task, std::uint32_t workers) {
    started_.push_back(&task);
    schedule_.assignments.push_back({task.task_id, pool_.Take(task.needs, workers)});
    ledger_.Take(task.queue, workers);
    under_way_.Add(task.job_id, workers, task.digest, task.race);
  }

  // A gang that started within its quota borrows what nobody wanted.
  void Grow() {
    for (std::size_t i = 0; i < started_.size(); ++i) {
      const ReadyTask& task = *started_[i];
      if (!ledger_.Borrows(task.queue)) continue;
      std::vector<std::string>& workers = schedule_.assignments[i].worker_ids;
      const std::uint32_t room = task.max_workers - under_way_.Held(task.job_id);
      const auto size = static_cast<std::uint32_t>(workers.size());
      const std::uint32_t more = std::min(task.gang.max - size, room);
      for (std::string& id : pool_.Take(task.needs, more)) {
        workers.push_back(std::move(id));
        under_way_.AddWorker(task.job_id);
      }
    }
  }

  const absl::Duration now_;
  QueueLedger ledger_;
  WorkerPool pool_;
  UnderWay under_way_;
  std::vector<Line> lines_;
  std::vector<const ReadyTask*> started_;  // as in schedule_.assignments
  std::string keeper_;                     // the job of the last gang that idle workers were kept for
  Schedule schedule_;
};

}  // namespace

Schedule MakeSchedule(const SchedulerView& view, absl::Duration now) { return Pass(view, now).Run(); }

absl::Duration NextChange(const SchedulerView& view, absl::Duration now) {
  absl::Duration next = absl::InfiniteDuration();
  for (const ReadyTask& task : view.ready) {
    if (task.not_before > now) next = std::min(next, task.not_before);
    const absl::Duration patient_until = task.ready_since + kGangPatience;
    if (task.gang.max > task.gang.min && patient_until > now) next = std::min(next, patient_until);
  }
  return next;
}

}  // namespace rad
