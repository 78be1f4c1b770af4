#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/follow_job.h"
#include "coordinator/cli/commands/follow_sweep.h"
#include "coordinator/cli/commands/job_plan.h"
#include "coordinator/cli/commands/request_id.h"
#include "coordinator/cli/commands/run_sweep.h"
#include "coordinator/cli/commands/spec_flags.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/spec/job_spec.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/progress_view.h"

namespace rad::cli {
namespace {

struct Options {
  SpecFlags spec;
  std::string request_id;
  std::string output;
  bool dry_run = false;
  bool wait = false;
};

void Print(const v1::JobStatus& status, const std::string& output, const Console& console) {
  if (output == "name") {
    console.out << status.job_id() << std::endl;
  } else if (output == "json") {
    console.out << ToJson(status, EmptyFields::kKeep).dump(2) << std::endl;
  } else if (output == "yaml") {
    console.out << ToYaml(ToJson(status.job(), EmptyFields::kDrop)) << std::flush;
  } else {
    console.out << "job " << status.job_id() << " (" << status.job().metadata().name() << ") "
                << StateWord(status.state()) << std::endl;
  }
}

absl::StatusOr<int> WaitFor(Session& session, const std::string& job_id) {
  auto timeout = session.Timeout(absl::InfiniteDuration());
  auto client = session.ConnectForWaiting();
  if (!timeout.ok() || !client.ok()) return timeout.ok() ? client.status() : timeout.status();
  auto followed = FollowJob(*client, session.console, job_id, {.deadline = absl::Now() + *timeout});
  if (!followed.ok()) return followed.status();
  SayHowToComeBack(session.console, *followed, client->address());
  session.console.Say(Headline(followed->status));
  return ExitCodeOf(followed->status.state());
}

absl::StatusOr<int> WaitForSweep(Session& session, const std::string& sweep_id) {
  auto timeout = session.Timeout(absl::InfiniteDuration());
  auto client = session.ConnectForWaiting();
  if (!timeout.ok() || !client.ok()) return timeout.ok() ? client.status() : timeout.status();
  auto followed = FollowSweep(*client, session.console, sweep_id, {.deadline = absl::Now() + *timeout});
  if (!followed.ok()) return followed.status();
  SayHowToComeBack(session.console, *followed, client->address());
  session.console.Say(followed->status.reason());
  return ExitCodeOf(followed->status.state());
}

absl::StatusOr<int> SubmitTheSweep(Session& session, CoordinatorClient& client, const v1::Sweep& sweep,
                                   const Options& options) {
  auto status = SubmitSweep(client, sweep, options.request_id, /*dry_run=*/false);
  if (!status.ok()) return status.status();
  std::ostream& out = session.console.out;
  if (options.output == "name") {
    out << status->sweep_id() << std::endl;
  } else if (options.output == "json") {
    out << ToJson(*status, EmptyFields::kKeep).dump(2) << std::endl;
  } else if (options.output == "yaml") {
    out << ToYaml(ToJson(status->sweep(), EmptyFields::kDrop)) << std::flush;
  } else {
    out << "sweep " << status->sweep_id() << " (" << status->sweep().metadata().name() << ") "
        << status->points_size() << " points" << std::endl;
  }
  return options.wait ? WaitForSweep(session, status->sweep_id()) : absl::StatusOr<int>(kExitOk);
}

absl::StatusOr<int> Submit(Session& session, const Options& options) {
  auto spec = ReadSpec(options.spec.file, options.spec.overrides);
  if (!spec.ok()) return spec.status();
  if (options.dry_run) return ShowPlan(session, *spec, options.output);
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  if (const auto* sweep = std::get_if<v1::Sweep>(&*spec))
    return SubmitTheSweep(session, *client, *sweep, options);
  v1::SubmitRequest request;
  request.set_request_id(options.request_id.empty() ? RandomRequestId() : options.request_id);
  *request.mutable_job() = std::get<v1::Job>(*std::move(spec));
  auto status = client->Call(&Jobs::Submit, request);
  if (!status.ok()) return status.status();
  Print(*status, options.output, session.console);
  return options.wait ? WaitFor(session, status->job_id()) : absl::StatusOr<int>(kExitOk);
}

}  // namespace

void AddJobSubmit(CLI::App& job, Session& session) {
  AddCommand<Options>(
      job, session, "submit", "Submits a job or a sweep", Submit, [](CLI::App& app, Options& options) {
        AddSpecFlags(app, options.spec);
        app.add_option("--request-id", options.request_id, "Submitting twice with the same id makes one job")
            ->type_name("ID");
        app.add_flag("--dry-run", options.dry_run, "Only shows what would be done (as job plan)");
        app.add_flag("--wait", options.wait,
                     "Waits for the end; exit 0 succeeded, 100 failed, 101 not finished");
        AddOutputFlag(app, options.output, {"table", "name", "json", "yaml"});
      });
}

}  // namespace rad::cli
