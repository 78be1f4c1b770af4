#include <filesystem>

#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/follow_job.h"
#include "coordinator/cli/commands/request_id.h"
#include "coordinator/cli/commands/run_local.h"
#include "coordinator/cli/commands/run_sweep.h"
#include "coordinator/cli/commands/spec_flags.h"
#include "coordinator/cli/spec/job_spec.h"

namespace rad::cli {
namespace {

struct Options {
  SpecFlags spec;
  bool local = false;
  std::string data_dir = "rad-data";
  std::string output;
  std::string plot;
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
  auto spec = ReadSpec(options.spec.file, options.spec.overrides);
  if (!spec.ok()) return spec.status();
  const auto* job = std::get_if<v1::Job>(&*spec);
  if (job != nullptr && !options.plot.empty())
    return absl::InvalidArgumentError("--plot draws the points of a sweep; this spec is of one job");
  if (!options.local) {
    return job != nullptr ? RunRemote(session, *job, options.output)
                          : RunSweepRemote(session, std::get<v1::Sweep>(*spec), options.output, options.plot);
  }
  auto timeout = session.Timeout(absl::InfiniteDuration());
  if (!timeout.ok()) return timeout.status();
  const LocalRun run = {.data_dir = std::filesystem::absolute(options.data_dir).lexically_normal(),
                        .programs = std::filesystem::read_symlink("/proc/self/exe").parent_path(),
                        .deadline = absl::Now() + *timeout,
                        .output = options.output};
  return job != nullptr ? RunLocal(session.console, *job, run)
                        : RunSweepLocal(session.console, std::get<v1::Sweep>(*spec), run, options.plot);
}

}  // namespace

void AddRunCommand(CLI::App& app, Session& session) {
  AddCommand<Options>(
      app, session, "run", "Runs a job or a sweep and prints its results; --local needs no service", Run,
      [](CLI::App& app, Options& options) {
        app.add_option("file", options.spec.file, "The job or sweep as YAML; - reads standard input")
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
        app.add_option("--plot", options.plot,
                       "Of a sweep: the file of its plot, SVG (with --local default "
                       "FOLDER/NAME.svg)")
            ->type_name("FILE");
        app.footer(kPathsHelp);
        AddOutputFlag(app, options.output, {"table", "json"});
      });
}

}  // namespace rad::cli
