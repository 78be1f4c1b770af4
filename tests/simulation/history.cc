#include "tests/simulation/history.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/user.h"
#include "tests/simulation/workload.h"

namespace rad {
namespace {

constexpr absl::Duration kWorstTime = absl::Seconds(120);  // of faults
constexpr absl::Duration kTimeToEnd = absl::Hours(2);      // for all jobs, once there are none

class History {
 public:
  History(std::uint64_t seed, bool aloud) : world_(seed, aloud), host_(world_, folder_.path().string()) {
    const int workers = world_.dice.Between(2, 5);
    for (int i = 1; i <= workers; ++i) {
      workers_.push_back(
          std::make_unique<SimulatedWorker>(world_, host_, gangs_, absl::StrCat("worker-", i)));
    }
  }

  HistoryReport Run() {
    host_.Start();
    for (const auto& worker : workers_) worker->Boot();
    PlanUsers();
    faults_.Begin();
    CheckLeases();
    while (Holds() && world_.timeline.Step(kWorstTime)) continue;
    faults_.End();
    while (Holds() && user_.waits() && world_.timeline.Step(kWorstTime + kTimeToEnd)) continue;
    Repair();
    while (Holds() && !AllEnded() && world_.timeline.Step(kWorstTime + kTimeToEnd)) continue;
    if (Holds()) CheckEnd();
    return {world_.model.violations(), world_.trace.tally(), world_.timeline.now()};
  }

 private:
  bool Holds() const { return world_.model.violations().empty(); }

  void Later(std::function<void()> what) {
    world_.timeline.After(world_.dice.Within(absl::ZeroDuration(), kWorstTime * 0.9), std::move(what));
  }

  void PlanUsers() {
    Dice& dice = world_.dice;
    const int workers = static_cast<int>(workers_.size());
    queues_ = DrawQueues(dice, workers);
    for (const v1::Queue& queue : queues_) user_.PutQueue(queue);
    for (int i = dice.Between(2, 6); i > 0; --i)
      Later([this, job = DrawJob(dice, absl::StrCat("job-named-", i), workers, queues_)] {
        user_.Submit(job);
      });
    if (dice.Chance(0.15)) Later([this] { user_.SubmitSweep(DrawSweep(world_.dice, "sweep")); });
    if (dice.Chance(0.5)) Later([this] { CancelOne(); });
    if (dice.Chance(0.3)) Later([this] { Drain(); });
    if (dice.Chance(0.3)) Later([this] { ChangeQuota(); });
  }

  void CancelOne() {
    if (!user_.jobs().empty()) user_.Cancel(world_.dice.OneOf(user_.jobs()));
    if (!user_.sweeps().empty() && world_.dice.Chance(0.5))
      user_.ControlSweep(user_.sweeps().front(), v1::ControlSweepRequest::CANCEL);
  }

  void Drain() {
    const std::string name = workers_.front()->name();
    world_.trace.Count("drained", absl::StrCat("drains ", name));
    user_.Drain(name, false);
    if (world_.dice.Chance(0.5)) Later([this, name] { user_.Drain(name, true); });
  }

  void ChangeQuota() {
    if (queues_.empty()) return;
    v1::Queue queue = queues_.front();
    queue.set_quota(world_.dice.Between(0, static_cast<int>(workers_.size())));
    world_.trace.Count("quotas changed", absl::StrCat(queue.name(), " has a quota of ", queue.quota()));
    user_.PutQueue(queue);
  }

  // So that every job may have what it needs, whatever was asked for before.
  void Repair() {
    for (const v1::Queue& queue : queues_) user_.PutQueue(queue);
    user_.Drain(workers_.front()->name(), true);
  }

  void CheckLeases() {
    world_.model.CheckLeases(world_.timeline.now());
    world_.timeline.After(absl::Milliseconds(250), [this] { CheckLeases(); });
  }

  bool AllEnded() {
    if (!host_.up() || user_.waits()) return false;
    if (world_.timeline.now() < looked_ + absl::Seconds(1)) return false;
    looked_ = world_.timeline.now();
    for (const v1::JobStatus& job : host_.Jobs()) {
      if (!HasEnded(job.state())) return false;
    }
    for (const std::string& sweep : user_.sweeps()) {
      if (!HasEnded(host_.Sweep(sweep).state())) return false;
    }
    return true;
  }

  void CheckEnd() {
    const std::vector<v1::JobStatus> jobs = host_.Jobs();
    world_.model.CheckEnd(jobs);
    if (!Holds()) return;
    for (const v1::JobStatus& job : jobs)
      world_.model.CheckEvents(job.job_id(), host_.EventsOf(job.job_id()));
    for (const std::string& sweep : user_.sweeps()) world_.model.CheckSweep(host_.Sweep(sweep));
  }

  const TempFolder folder_;
  World world_;
  GangRoom gangs_{world_};
  CoordinatorHost host_;
  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
  User user_{world_, host_};
  Faults faults_{world_, host_, workers_};
  std::vector<v1::Queue> queues_;
  absl::Duration looked_;
};

}  // namespace

HistoryReport RunHistory(std::uint64_t seed, bool aloud) { return History(seed, aloud).Run(); }

}  // namespace rad
