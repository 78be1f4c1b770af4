#include "coordinator/cli/commands/follow_job.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/rpc/interrupt.h"
#include "coordinator/cli/rpc/job_watcher.h"
#include "coordinator/cli/view/live_lines.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/table.h"

namespace rad::cli {
namespace {

constexpr absl::Duration kPlainEvery = absl::Seconds(10);  // a log wants less than a terminal

std::string EventLine(const v1::Event& event) {
  const std::string clock =
      absl::FormatTime("%H:%M:%S", absl::FromUnixMillis(event.unix_millis()), absl::LocalTimeZone());
  const std::string stage = event.stage().empty() ? "" : absl::StrCat(event.stage(), ": ");
  return Printable(absl::StrCat(clock, " ", stage, event.message()));
}

class Display {
 public:
  Display(const Console& console, const FollowOptions& options)
      : console_(console), options_(options), live_(console.err, console.rows) {}
  ~Display() { live_.Erase(); }

  void Show(const v1::Event& event) {
    if (options_.json_lines) {
      console_.out << ToJson(event, EmptyFields::kKeep).dump() << std::endl;
    } else if (!options_.quiet && !event.message().empty()) {
      live_.PrintAbove(EventLine(event));
    }
  }

  void Show(const v1::JobStatus& status) {
    if (options_.json_lines || options_.quiet) return;
    if (console_.err_is_terminal) {
      live_.Draw(ProgressLines(status, console_.columns));
    } else {
      ShowPlain(status);
    }
  }

 private:
  void ShowPlain(const v1::JobStatus& status) {
    if (absl::Now() < next_plain_) return;
    next_plain_ = absl::Now() + kPlainEvery;
    for (const v1::StageStatus& stage : status.stages()) {
      if (stage.state() != v1::RUNNING) continue;
      std::string line = PlainProgress(stage);
      if (std::exchange(last_plain_[stage.name()], line) != line) console_.err << line << std::endl;
    }
  }

  const Console& console_;
  const FollowOptions& options_;
  LiveLines live_;
  absl::Time next_plain_ = absl::Now() + kPlainEvery;
  std::map<std::string, std::string> last_plain_;  // by stage: the same line is not written twice
};

}  // namespace

absl::StatusOr<Followed> FollowJob(CoordinatorClient& client, const Console& console,
                                   const std::string& job_id, const FollowOptions& options) {
  const Interrupt interrupt;
  Display display(console, options);
  auto status = WatchJob(client, {.job_id = job_id,
                                  .deadline = options.deadline,
                                  .interrupted = [&] { return interrupt.Raised() || !options.check().ok(); },
                                  .on_event = [&](const v1::Event& event) { display.Show(event); },
                                  .on_status = [&](const v1::JobStatus& seen) { display.Show(seen); }});
  if (!status.ok()) return status.status();
  if (absl::Status checked = options.check(); !checked.ok()) return checked;
  return Followed{*std::move(status), interrupt.Raised()};
}

void SayHowToComeBack(const Console& console, const Followed& followed, const std::string& address) {
  if (IsTerminal(followed.status.state())) return;
  const std::string& id = followed.status.job_id();
  console.Say(absl::StrCat(followed.interrupted ? "detached from" : "no longer waiting for", " job ", id,
                           ", which goes on. Come back: radctl job watch ", id, " --addr ", address,
                           "   Stop it: radctl job cancel ", id, " --addr ", address));
}

}  // namespace rad::cli
