#include <filesystem>

#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/follow_job.h"
#include "coordinator/cli/commands/request_id.h"
#include "coordinator/cli/commands/run_local.h"
#include "coordinator/cli/commands/spec_flags.h"
#include "coordinator/cli/spec/job_spec.h"

namespace rad::cli {
namespace {

struct Options {
  SpecFlags spec;
  bool local = false;
  std::string data_dir = "rad-data";
  std::string output;
};

absl::StatusOr<int> RunRemote(Session& session, const v1::Job& job, const std::string& output) {
  auto timeout = session.Timeout(absl::InfiniteDuration());
  auto client = session.ConnectForWaiting();
  if (!timeout.ok() || !client.ok()) return timeout.ok() ? client.status() : timeout.status();
  v1::SubmitRequest request;
  request.set_request_id(RandomRequestId());
  *request.mutable_job() = job;
  auto submitted = client->Call(&Jobs::Submit, request);
  if (!submitted.ok()) return submitted.status();
  auto followed =
      FollowJob(*client, session.console, submitted->job_id(), {.deadline = absl::Now() + *timeout});
  if (!followed.ok()) return followed.status();
  SayHowToComeBack(session.console, *followed, client->address());
  return ReportRun(session.console, *client, followed->status, output, {});
}

absl::StatusOr<int> Run(Session& session, const Options& options) {
  auto job = ReadJob(options.spec.file, options.spec.overrides);
  if (!job.ok()) return job.status();
  if (!options.local) return RunRemote(session, *job, options.output);
  auto timeout = session.Timeout(absl::InfiniteDuration());
  if (!timeout.ok()) return timeout.status();
  return RunLocal(session.console, *job,
                  {.data_dir = std::filesystem::absolute(options.data_dir).lexically_normal(),
                   .programs = std::filesystem::read_symlink("/proc/self/exe").parent_path(),
                   .deadline = absl::Now() + *timeout,
                   .output = options.output});
}

}  // namespace

void AddRunCommand(CLI::App& app, Session& session) {
  AddCommand<Options>(app, session, "run", "Runs a job and prints its results; --local needs no service", Run,
                      [](CLI::App& app, Options& options) {
                        app.add_option("file", options.spec.file, "The job as YAML; - reads standard input")
                            ->required()
                            ->type_name("FILE");
                        app.add_option("--set", options.spec.overrides, kSetHelp)
                            ->type_name("PATH=VALUE")
                            ->allow_extra_args(false);
                        app.add_flag("--local", options.local,
                                     "Starts a coordinator and a worker here, and stops them at the end");
                        app.add_option("--data-dir", options.data_dir,
                                       "With --local: where everything is kept (default rad-data)")
                            ->type_name("FOLDER");
                        app.footer(kPathsHelp);
                        AddOutputFlag(app, options.output, {"table", "json"});
                      });
}

}  // namespace rad::cli
