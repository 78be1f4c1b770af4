#include "coordinator/cli/commands/run_sweep.h"

#include "absl/strings/str_cat.h"
#include "coordinator/cli/commands/follow_sweep.h"
#include "coordinator/cli/commands/request_id.h"
#include "coordinator/cli/commands/write_output.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/local/local_job.h"
#include "coordinator/cli/local/local_service.h"
#include "coordinator/cli/rpc/interrupt.h"
#include "coordinator/cli/view/coverage_svg.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/sweep_json.h"
#include "coordinator/cli/view/sweep_tables.h"

namespace rad::cli {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(30);

absl::StatusOr<int> Report(const Console& console, const v1::SweepStatus& status, const std::string& output,
                           const std::string& plot) {
  console.out << (output == "json" ? PointsJson(status).dump(2) + "\n" : "\n" + SweepReport(status));
  if (!plot.empty()) {
    if (auto written = WriteOutput(console, plot, CoverageSvg(status)); !written.ok()) return written;
  }
  console.Say(absl::StrCat(status.sweep_id(), " ", StateWord(status.state()), ": ", status.reason()));
  return ExitCodeOf(status.state());
}

}  // namespace

absl::StatusOr<v1::SweepStatus> SubmitSweep(CoordinatorClient& client, const v1::Sweep& sweep,
                                            const std::string& request_id, bool dry_run) {
  v1::SubmitSweepRequest request;
  request.set_request_id(request_id.empty() ? RandomRequestId() : request_id);
  *request.mutable_sweep() = sweep;
  request.set_dry_run(dry_run);
  return client.Call(&Sweeps::Submit, request);
}

absl::StatusOr<int> RunSweepRemote(Session& session, const v1::Sweep& sweep, const std::string& output,
                                   const std::string& plot) {
  auto timeout = session.Timeout(absl::InfiniteDuration());
  auto client = session.ConnectForWaiting();
  if (!timeout.ok() || !client.ok()) return timeout.ok() ? client.status() : timeout.status();
  auto submitted = SubmitSweep(*client, sweep, "", false);
  if (!submitted.ok()) return submitted.status();
  auto followed =
      FollowSweep(*client, session.console, submitted->sweep_id(), {.deadline = absl::Now() + *timeout});
  if (!followed.ok()) return followed.status();
  SayHowToComeBack(session.console, *followed, client->address());
  return Report(session.console, followed->status, output, plot);
}

absl::StatusOr<int> RunSweepLocal(const Console& console, const v1::Sweep& sweep, const LocalRun& run,
                                  const std::string& plot) {
  const Interrupt interrupt;  // from the first child on: they are stopped in order
  auto service = LocalService::Start(run.programs, run.data_dir);
  if (!service.ok()) return service.status();
  CoordinatorClient client((*service)->address(), kCallTimeout);
  auto status = SubmitOrResumeSweep(client, sweep, run.data_dir);
  if (!status.ok()) return status.status();
  console.Say(absl::StrCat("coordinator at ", client.address(), "; ", status->sweep_id(), " (",
                           status->sweep().metadata().name(), "): ", status->reason()));
  auto followed =
      FollowSweep(client, console, status->sweep_id(),
                  {.deadline = run.deadline, .check = [&] { return (*service)->CheckRunning(); }});
  if (!followed.ok()) return followed.status();
  if (!IsTerminal(followed->status.state())) {
    console.Say("stopping; nothing is lost: the same command goes on from the last checkpoint");
    return kExitNotFinished;
  }
  const std::string name = followed->status.sweep().metadata().name();
  const std::string file = plot.empty() ? (run.data_dir / (name + ".svg")).string() : plot;
  return Report(console, followed->status, run.output, file);
}

}  // namespace rad::cli
