#include "coordinator/preemption.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/queue_ledger.h"

namespace rad {
namespace {

// One pass must stay short; the next goes on.
constexpr std::size_t kMostAtOnce = 32;

// A running task and its workers that may be given something.
struct Holder {
  const RunningTask* task = nullptr;
  std::vector<const WorkerView*> workers;
};

class Chooser {
 public:
  Chooser(const SchedulerView& view, const Schedule& schedule) : ledger_(view) {
    for (const ReadyTask& task : view.ready) ready_[task.task_id] = &task;
    std::set<std::string> given;
    for (const Assignment& assignment : schedule.assignments) {
      given.insert(assignment.worker_ids.begin(), assignment.worker_ids.end());
      ledger_.Take(ready_.at(assignment.task_id)->queue, assignment.worker_ids.size());
    }
    for (const RunningTask& task : view.running) {
      if (!task.preempted) holders_[task.task_id].task = &task;
    }
    for (const WorkerView& worker : view.workers) {
      if (!worker.draining && !given.contains(worker.id)) Place(worker);
    }
    std::erase_if(holders_, [](const auto& entry) { return !entry.second.task->saves; });
  }

  std::vector<Preemption> Choose(const std::vector<std::string>& starved) {
    for (const std::string& task_id : starved) {
      if (holders_.empty() || chosen_.size() >= kMostAtOnce) break;
      const ReadyTask& task = *ready_.at(task_id);
      // What comes later in a queue has no higher priority: what one could not get it cannot get either.
      const auto kind = std::pair(task.queue, task.needs);
      const auto refused = refused_.find(kind);
      if (refused != refused_.end() && refused->second <= task.gang.min) continue;
      if (!Serve(task)) refused_[kind] = task.gang.min;
    }
    return std::move(chosen_);
  }

 private:
  // Workers that are idle, or soon will be, are to be had for nothing.
  void Place(const WorkerView& worker) {
    const auto holder = holders_.find(worker.task_id);
    holder != holders_.end() ? holder->second.workers.push_back(&worker) : coming_.push_back(&worker);
  }

  bool Serve(const ReadyTask& task) {
    const std::uint32_t at_hand = Claim(coming_, task.needs, task.gang.min);
    std::uint32_t found = at_hand;
    const QueueLedger before = ledger_;
    std::vector<Holder*> victims;
    while (found < task.gang.min) {
      Holder* victim = NextVictim(task, victims);
      if (victim == nullptr) break;
      victims.push_back(victim);
      ledger_.GiveBack(victim->task->queue, victim->task->workers);
      found += CountFitting(victim->workers, task.needs);
    }
    if (found < task.gang.min) {
      ledger_ = before;
      return false;
    }
    std::uint32_t missing = task.gang.min - at_hand;
    for (Holder* victim : victims) {
      chosen_.push_back({victim->task->task_id, ReasonFor(task, *victim->task)});
      missing -= Claim(victim->workers, task.needs, missing);
      coming_.insert(coming_.end(), victim->workers.begin(), victim->workers.end());
      holders_.erase(victim->task->task_id);
    }
    ledger_.Take(task.queue, task.gang.min);
    return true;
  }

  // The cheapest of those that must give way: one that holds no more than its queue was lent, then the lowest
  // priority, then what runs the shortest.
  Holder* NextVictim(const ReadyTask& task, const std::vector<Holder*>& already) {
    Holder* best = nullptr;
    for (auto& [id, holder] : holders_) {
      const bool taken = std::find(already.begin(), already.end(), &holder) != already.end();
      if (taken || !GivesWay(*holder.task, task) || CountFitting(holder.workers, task.needs) == 0) continue;
      if (best == nullptr || Cost(*holder.task) < Cost(*best->task)) best = &holder;
    }
    return best;
  }

  bool GivesWay(const RunningTask& holder, const ReadyTask& task) const {
    if (holder.queue == task.queue) return holder.priority < task.priority;
    return ledger_.Room(task.queue) >= task.gang.min && ledger_.Lent(holder.queue) > 0;
  }

  std::tuple<bool, std::int32_t, absl::Duration> Cost(const RunningTask& task) const {
    return {task.workers > ledger_.Lent(task.queue), task.priority, -task.started_at};
  }

  static std::string ReasonFor(const ReadyTask& task, const RunningTask& victim) {
    if (victim.queue == task.queue) {
      return absl::StrCat("made room for ", task.job_id, " of priority ", task.priority, " (its own is ",
                          victim.priority, ")");
    }
    return absl::StrCat("gave back to queue ", task.queue, " what it was lent, for ", task.job_id);
  }

  static std::uint32_t CountFitting(const std::vector<const WorkerView*>& workers, const WorkerNeeds& needs) {
    return std::count_if(workers.begin(), workers.end(),
                         [&](const WorkerView* worker) { return Fits(needs, worker->traits); });
  }

  // Takes at most so many that fit out of `workers`; how many.
  static std::uint32_t Claim(std::vector<const WorkerView*>& workers, const WorkerNeeds& needs,
                             std::uint32_t most) {
    std::uint32_t claimed = 0;
    std::erase_if(workers, [&](const WorkerView* worker) {
      if (claimed == most || !Fits(needs, worker->traits)) return false;
      ++claimed;
      return true;
    });
    return claimed;
  }

  QueueLedger ledger_;
  std::unordered_map<std::string, const ReadyTask*> ready_;
  std::map<std::string, Holder> holders_;
  std::vector<const WorkerView*> coming_;
  // The smallest number of workers that could not be had, by queue and needs.
  std::map<std::pair<std::string, WorkerNeeds>, std::uint32_t> refused_;
  std::vector<Preemption> chosen_;
};

}  // namespace

std::vector<Preemption> ChoosePreemptions(const SchedulerView& view, const Schedule& schedule) {
  const bool any = std::any_of(view.running.begin(), view.running.end(),
                               [](const RunningTask& task) { return task.saves && !task.preempted; });
  if (schedule.starved.empty() || !any) return {};
  return Chooser(view, schedule).Choose(schedule.starved);
}

}  // namespace rad
