#include "absl/strings/str_cat.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/follow_sweep.h"
#include "coordinator/cli/commands/request_id.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/sweep_tables.h"

namespace rad::cli {
namespace {

struct Options {
  std::string sweep;
  bool yes = false;
};

using Action = v1::ControlSweepRequest;

absl::StatusOr<int> Control(Session& session, const Options& options, Action::Action action) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  v1::ControlSweepRequest request;
  request.set_request_id(RandomRequestId());
  request.set_sweep_id(options.sweep);
  request.set_action(action);
  auto status = client->Call(&Sweeps::Control, request);
  if (!status.ok()) return status.status();
  session.console.out << status->sweep_id() << " " << StateWord(status->state()) << ": " << status->reason()
                      << "\n";
  return kExitOk;
}

absl::StatusOr<int> Pause(Session& session, const Options& options) {
  return Control(session, options, Action::PAUSE);
}
absl::StatusOr<int> Resume(Session& session, const Options& options) {
  return Control(session, options, Action::RESUME);
}
absl::StatusOr<int> Retry(Session& session, const Options& options) {
  return Control(session, options, Action::RETRY);
}
absl::StatusOr<int> Cancel(Session& session, const Options& options) {
  if (options.yes) return Control(session, options, Action::CANCEL);
  return absl::InvalidArgumentError(absl::StrCat(
      "cancelling ", options.sweep, " ends all its points that run or wait, for good: give --yes"));
}

absl::StatusOr<int> Watch(Session& session, const Options& options) {
  auto timeout = session.Timeout(absl::InfiniteDuration());
  auto client = session.ConnectForWaiting();
  if (!timeout.ok() || !client.ok()) return timeout.ok() ? client.status() : timeout.status();
  auto followed = FollowSweep(*client, session.console, options.sweep, {.deadline = absl::Now() + *timeout});
  if (!followed.ok()) return followed.status();
  SayHowToComeBack(session.console, *followed, client->address());
  session.console.out << SweepReport(followed->status);
  return ExitCodeOf(followed->status.state());
}

void AddName(CLI::App& app, Options& options) {
  app.add_option("sweep", options.sweep, "Id or name")->required()->type_name("SWEEP");
}

}  // namespace

void AddSweepControls(CLI::App& sweep, Session& session) {
  AddCommand<Options>(sweep, session, "watch",
                      "Follows it to its end; exit 0 succeeded, 100 failed, 101 not finished, 103 cancelled",
                      Watch, AddName);
  AddCommand<Options>(sweep, session, "pause", "Starts no more points; those that run go on", Pause, AddName);
  AddCommand<Options>(sweep, session, "resume", "Starts points again after a pause", Resume, AddName);
  AddCommand<Options>(sweep, session, "retry", "Starts the failed points again, and no other", Retry,
                      AddName);
  AddCommand<Options>(sweep, session, "cancel", "Ends all points that have not ended; results are kept",
                      Cancel, [](CLI::App& app, Options& options) {
                        AddName(app, options);
                        app.add_flag("--yes,-y", options.yes, "Means it");
                      });
}

}  // namespace rad::cli
