#include "coordinator/cli/commands/follow_sweep.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/cli/rpc/interrupt.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/sweep_tables.h"
#include "coordinator/cli/view/table.h"

namespace rad::cli {
namespace {

constexpr absl::Duration kLookEvery = absl::Milliseconds(500);
constexpr absl::Duration kRestartPatience = absl::Seconds(60);  // for a coordinator that is away

// The job of the oldest running point; empty when none runs.
std::string RunningJob(const v1::SweepStatus& status) {
  for (const v1::SweepPoint& point : status.points()) {
    if (point.trials().empty()) continue;
    const v1::SweepTrial& last = point.trials(point.trials_size() - 1);
    if (!IsTerminal(last.state())) return last.job_id();
  }
  return "";
}

class SweepFollower {
 public:
  SweepFollower(CoordinatorClient& client, const Console& console, const std::string& sweep_id,
                const FollowOptions& options)
      : client_(client), console_(console), sweep_id_(sweep_id), options_(options) {}

  absl::StatusOr<FollowedSweep> Follow() {
    const Interrupt interrupt;
    while (true) {
      if (auto looked = Look(); !looked.ok()) return looked;
      if (auto checked = options_.check(); !checked.ok()) return checked;
      const bool over = IsTerminal(seen_.state()) || absl::Now() >= options_.deadline;
      if (over || interrupt.Raised()) return FollowedSweep{seen_, interrupt.Raised()};
      if (const std::string job = RunningJob(seen_); !job.empty()) {
        auto followed = FollowJob(client_, console_, job, options_);
        if (!followed.ok()) return followed.status();
      } else {
        absl::SleepFor(kLookEvery);
      }
    }
  }

 private:
  absl::Status Look() {
    v1::GetSweepRequest request;
    request.set_sweep_id(sweep_id_);
    const absl::Time give_up = std::min(options_.deadline, absl::Now() + kRestartPatience);
    auto status = client_.Call(&Sweeps::Get, request);
    while (absl::IsUnavailable(status.status()) && absl::Now() < give_up && options_.check().ok()) {
      absl::SleepFor(kLookEvery);
      status = client_.Call(&Sweeps::Get, request);
    }
    if (!status.ok()) return status.status();
    seen_ = *std::move(status);
    for (const v1::SweepPoint& point : seen_.points()) Say(point);
    return absl::OkStatus();
  }

  void Say(const v1::SweepPoint& point) {
    std::string& last = said_[point.point()];
    if (options_.quiet || point.state() == v1::PENDING || last == point.reason()) return;
    last = point.reason();
    console_.Say(
        Printable(absl::StrCat("point ", point.point(), " of ", seen_.points_size(), " (",
                               SettingsText(point), ") ", StateWord(point.state()), ": ", point.reason())));
  }

  CoordinatorClient& client_;
  const Console& console_;
  const std::string sweep_id_;
  const FollowOptions& options_;
  v1::SweepStatus seen_;
  std::map<std::uint32_t, std::string> said_;  // last reason by point
};

}  // namespace

absl::StatusOr<FollowedSweep> FollowSweep(CoordinatorClient& client, const Console& console,
                                          const std::string& sweep_id, const FollowOptions& options) {
  return SweepFollower(client, console, sweep_id, options).Follow();
}

void SayHowToComeBack(const Console& console, const FollowedSweep& followed, const std::string& address) {
  if (IsTerminal(followed.status.state())) return;
  const std::string& id = followed.status.sweep_id();
  console.Say(absl::StrCat(followed.interrupted ? "detached from " : "no longer waiting for ", id,
                           ", which goes on. Come back: radctl sweep watch ", id, " --addr ", address,
                           "   Stop it: radctl sweep cancel ", id, " --addr ", address));
}

}  // namespace rad::cli
