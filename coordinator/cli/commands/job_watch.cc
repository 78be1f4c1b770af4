#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/follow_job.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/rpc/resolve_job.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/results_table.h"

namespace rad::cli {
namespace {

struct Options {
  std::string job;
  std::string output;
};

absl::StatusOr<Followed> Follow(Session& session, CoordinatorClient& client, const std::string& job,
                                FollowOptions options) {
  auto timeout = session.Timeout(absl::InfiniteDuration());
  if (!timeout.ok()) return timeout.status();
  options.deadline = absl::Now() + *timeout;
  auto job_id = ResolveJob(client, job);
  if (!job_id.ok()) return job_id.status();
  auto followed = FollowJob(client, session.console, *job_id, options);
  if (followed.ok()) SayHowToComeBack(session.console, *followed, client.address());
  return followed;
}

absl::StatusOr<int> Watch(Session& session, const Options& options) {
  auto client = session.ConnectForWaiting();
  if (!client.ok()) return client.status();
  auto followed = Follow(session, *client, options.job, {.json_lines = options.output == "json"});
  if (!followed.ok()) return followed.status();
  if (options.output != "json") {
    session.console.Say(Headline(followed->status));
    if (followed->status.students_size() > 0) session.console.out << ResultsText(followed->status);
  }
  return ExitCodeOf(followed->status.state());
}

absl::StatusOr<int> Wait(Session& session, const Options& options) {
  auto client = session.ConnectForWaiting();
  if (!client.ok()) return client.status();
  auto followed = Follow(session, *client, options.job, {.quiet = true});
  if (!followed.ok()) return followed.status();
  if (options.output == "json") {
    session.console.out << ToJson(followed->status, EmptyFields::kKeep).dump(2) << "\n";
  } else {
    session.console.out << StateWord(followed->status.state()) << "\n";
  }
  return ExitCodeOf(followed->status.state());
}

void AddFlags(CLI::App& app, Options& options) {
  app.add_option("job", options.job, "Id, start of one, or name")->required()->type_name("JOB");
  AddOutputFlag(app, options.output, {"table", "json"});
}

}  // namespace

void AddJobWatch(CLI::App& job, Session& session) {
  AddCommand<Options>(job, session, "watch", "Shows a job until it ends; Ctrl-C only stops watching", Watch,
                      AddFlags);
  AddCommand<Options>(job, session, "wait",
                      "Waits for a job's end; exit 0 succeeded, 100 failed, 101 not finished, 103 cancelled",
                      Wait, AddFlags);
}

}  // namespace rad::cli
