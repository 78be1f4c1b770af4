// What must hold of every schedule, tried on random views. A failure names the seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "coordinator/queue_ledger.h"
#include "coordinator/queue_lines.h"
#include "coordinator/scheduler.h"
#include "tests/coordinator/sample_view.h"

namespace rad {
namespace {

constexpr int kViews = 3000;

class RandomView {
 public:
  explicit RandomView(unsigned seed) : random_(seed) {
    for (int i = UpTo(8); i > 0; --i) AddWorker();
    for (const char* name : {"p", "q", "default"}) {
      if (UpTo(2) == 0) continue;
      QueueShare share{.borrow = UpTo(3) > 0};
      if (!share.borrow || UpTo(3) > 0) share.quota = UpTo(5);
      view.queues[name] = share;
    }
    for (int i = UpTo(3); i > 0; --i) AddRunningTask();
    for (int i = UpTo(10); i > 0; --i) AddReady();
  }

  SchedulerView view;

 private:
  std::uint32_t UpTo(std::uint32_t most) { return std::uniform_int_distribution(0u, most)(random_); }
  std::string Queue() { return std::vector<std::string>{"p", "q", "default"}[UpTo(2)]; }
  std::string Device() { return UpTo(3) == 0 ? "cuda" : "cpu"; }

  void AddWorker() {
    AddIdle(view, {absl::StrCat("w", view.workers.size())});
    view.workers.back().traits.device = Device();
    view.workers.back().traits.memory_bytes = UpTo(3);
    view.workers.back().draining = UpTo(6) == 0;
    view.workers.back().idle = UpTo(4) > 0;
  }
  void AddRunningTask() {
    const std::string job = absl::StrCat("r", view.running.size());
    std::vector<std::string> ids;
    for (int i = UpTo(2); i >= 0; --i) ids.push_back(absl::StrCat(job, "-", i));
    AddRunning(view, job, ids, Queue()).priority = static_cast<std::int32_t>(UpTo(2));
  }
  void AddReady() {
    const std::string job = absl::StrCat("j", UpTo(5));
    const std::uint32_t min = 1 + UpTo(2);
    ReadyTask task = Gang(job, absl::StrCat(job, ".", view.ready.size()), min, min + UpTo(2));
    task.queue = Queue();
    task.priority = static_cast<std::int32_t>(UpTo(2));
    task.max_workers = 3 + UpTo(3);
    if (UpTo(4) == 0) task.needs.device = Device();
    if (UpTo(4) == 0) task.needs.memory_bytes = UpTo(3);
    if (UpTo(5) == 0) task.not_before = absl::Seconds(100);
    if (UpTo(5) == 0) task.digest = "the same";
    view.ready.push_back(task);
  }

  std::mt19937 random_;
};

const absl::Duration kNow = absl::Seconds(50);  // all gangs have lost their patience

class SchedulerProperty : public ::testing::Test {
 protected:
  template <typename Check>
  void ForRandomViews(Check check) {
    for (unsigned seed = 1; seed <= kViews && !HasFailure(); ++seed) {
      SCOPED_TRACE(absl::StrCat("seed ", seed));
      const SchedulerView view = RandomView(seed).view;
      check(view, MakeSchedule(view, kNow));
    }
  }

  static const ReadyTask& TaskOf(const SchedulerView& view, const std::string& id) {
    return *std::find_if(view.ready.begin(), view.ready.end(),
                         [&](const ReadyTask& task) { return task.task_id == id; });
  }
  static const WorkerView& WorkerOf(const SchedulerView& view, const std::string& id) {
    return *std::find_if(view.workers.begin(), view.workers.end(),
                         [&](const WorkerView& worker) { return worker.id == id; });
  }
};

TEST_F(SchedulerProperty, GangsAreWholeOnWorkersThatFitAndAreIdleAndEachIsGivenOnce) {
  int gangs = 0;
  ForRandomViews([&](const SchedulerView& view, const Schedule& schedule) {
    std::set<std::string> given, digests;
    std::map<std::string, std::uint32_t> held;
    for (const RunningTask& task : view.running) held[task.job_id] += task.workers;
    for (const Assignment& assignment : schedule.assignments) {
      const ReadyTask& task = TaskOf(view, assignment.task_id);
      EXPECT_GE(assignment.worker_ids.size(), task.gang.min);
      EXPECT_LE(assignment.worker_ids.size(), task.gang.max);
      EXPECT_LE(task.not_before, kNow);
      EXPECT_TRUE(digests.insert(task.digest).second) << "computed twice";
      gangs += assignment.worker_ids.size() > 1;
      held[task.job_id] += assignment.worker_ids.size();
      EXPECT_LE(held[task.job_id], task.max_workers);
      for (const std::string& id : assignment.worker_ids) {
        EXPECT_TRUE(given.insert(id).second) << id << " is given twice";
        EXPECT_TRUE(WorkerOf(view, id).idle && !WorkerOf(view, id).draining);
        EXPECT_TRUE(Fits(task.needs, WorkerOf(view, id).traits));
      }
    }
  });
  EXPECT_GT(gangs, kViews / 10);
}

TEST_F(SchedulerProperty, AQueueThatDoesNotBorrowKeepsItsQuota) {
  ForRandomViews([](const SchedulerView& view, const Schedule& schedule) {
    QueueLedger ledger(view);
    for (const Assignment& assignment : schedule.assignments) {
      const std::string& queue = TaskOf(view, assignment.task_id).queue;
      ledger.Take(queue, assignment.worker_ids.size());
      EXPECT_TRUE(ledger.Borrows(queue) || ledger.Held(queue) <= ledger.Quota(queue)) << queue;
    }
  });
}

// The first of a queue goes before everything that borrows when it waits for workers within the quota.
TEST_F(SchedulerProperty, NobodyBorrowsAWorkerThatAClaimantWaitsFor) {
  int waited = 0;
  ForRandomViews([&](const SchedulerView& view, const Schedule& schedule) {
    QueueLedger ledger(view);
    std::vector<Assignment> borrowed;
    for (const Assignment& assignment : schedule.assignments) {
      const ReadyTask& task = TaskOf(view, assignment.task_id);
      if (ledger.Room(task.queue) < task.gang.min) borrowed.push_back(assignment);
      ledger.Take(task.queue, assignment.worker_ids.size());
    }
    for (const auto& [queue, line] : LinesOf(view)) {
      const ReadyTask& claimant = *line.front();
      const std::string& id = claimant.task_id;
      const bool waits = std::count(schedule.starved.begin(), schedule.starved.end(), id) > 0;
      if (!waits || ledger.Room(queue) < claimant.gang.min) continue;
      ++waited;
      for (const Assignment& assignment : borrowed) {
        for (const std::string& worker : assignment.worker_ids)
          EXPECT_FALSE(Fits(claimant.needs, WorkerOf(view, worker).traits)) << id << " waits for " << worker;
      }
    }
  });
  EXPECT_GT(waited, kViews / 20);
}

// What comes after the head of a queue, left out or backfilled, changes nothing about when that starts.
TEST_F(SchedulerProperty, BackfillNeverDelaysWhatComesBefore) {
  int compared = 0;
  ForRandomViews([&](const SchedulerView& view, const Schedule& schedule) {
    for (const auto& [queue, line] : LinesOf(view)) {
      const auto waits = std::find_if(line.begin(), line.end(), [&](const ReadyTask* task) {
        return std::count(schedule.starved.begin(), schedule.starved.end(), task->task_id) > 0;
      });
      if (waits == line.end()) continue;
      // One worker more that the head can use comes free, once with and once without what was backfilled.
      for (const bool with_backfill : {false, true}) {
        SchedulerView next = view;
        std::set<std::string> behind;
        for (auto later = waits + 1; later != line.end(); ++later) behind.insert((*later)->task_id);
        std::erase_if(next.ready, [&](const ReadyTask& task) {
          return task.queue != queue || behind.contains(task.task_id);
        });
        if (with_backfill) {
          for (const Assignment& assignment : schedule.assignments) {
            if (!behind.contains(assignment.task_id)) continue;
            next.running.push_back({.job_id = absl::StrCat("backfilled ", assignment.task_id),
                                    .task_id = assignment.task_id,
                                    .queue = queue,
                                    .workers = static_cast<std::uint32_t>(assignment.worker_ids.size())});
            for (WorkerView& worker : next.workers) {
              const bool taken =
                  std::count(assignment.worker_ids.begin(), assignment.worker_ids.end(), worker.id) > 0;
              if (taken) worker.idle = false;
            }
          }
        }
        for (std::uint32_t i = 0; i < (*waits)->gang.min; ++i) {
          AddIdle(next, {absl::StrCat("new", i)});
          next.workers.back().traits = {
              .device = (*waits)->needs.device.empty() ? "cpu" : (*waits)->needs.device,
              .memory_bytes = (*waits)->needs.memory_bytes};
        }
        const Schedule after = MakeSchedule(next, kNow);
        const bool starts = std::any_of(after.assignments.begin(), after.assignments.end(),
                                        [&](const Assignment& a) { return a.task_id == (*waits)->task_id; });
        if (!with_backfill && !starts) break;  // others go before it in any case
        EXPECT_TRUE(starts) << (*waits)->task_id << " is delayed by what came later";
        compared += with_backfill;
      }
    }
  });
  EXPECT_GT(compared, kViews / 20);
}

TEST_F(SchedulerProperty, EveryJobThatStartsNothingHasAReason) {
  ForRandomViews([](const SchedulerView& view, const Schedule& schedule) {
    std::set<std::string> started;
    for (const Assignment& assignment : schedule.assignments)
      started.insert(TaskOf(view, assignment.task_id).job_id);
    for (const ReadyTask& task : view.ready) {
      const auto waiting = schedule.waiting.find(task.job_id);
      EXPECT_EQ(started.contains(task.job_id), waiting == schedule.waiting.end()) << task.job_id;
      if (waiting == schedule.waiting.end()) continue;
      EXPECT_NE(waiting->second.reason, v1::NOT_PENDING);
      EXPECT_FALSE(waiting->second.message.empty());
    }
  });
}

}  // namespace
}  // namespace rad
