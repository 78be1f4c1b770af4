#include <iostream>

#include "absl/strings/str_join.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/request_id.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/view/progress_view.h"

namespace rad::cli {
namespace {

struct Options {
  std::vector<std::string> jobs;
  bool yes = false;
};

// Without --yes a person must confirm, and a script must have meant it.
absl::StatusOr<bool> Confirmed(const Session& session, const Options& options) {
  if (options.yes) return true;
  if (!session.console.err_is_terminal) {
    return absl::InvalidArgumentError("cancelling needs --yes where nobody can be asked");
  }
  session.console.err << "Cancel " << absl::StrJoin(options.jobs, ", ") << "? Work under way is lost. [y/N] "
                      << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

absl::StatusOr<int> Cancel(Session& session, const Options& options) {
  auto confirmed = Confirmed(session, options);
  if (!confirmed.ok()) return confirmed.status();
  if (!*confirmed) {
    session.console.Say("nothing cancelled");
    return kExitError;
  }
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  for (const std::string& job : options.jobs) {
    v1::CancelRequest request;
    request.set_job_id(job);
    request.set_request_id(RandomRequestId());
    auto status = client->Call(&Jobs::Cancel, request);
    if (!status.ok()) return status.status();
    session.console.out << "job " << status->job_id() << " " << StateWord(status->state()) << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddJobCancel(CLI::App& job, Session& session) {
  AddCommand<Options>(
      job, session, "cancel", "Stops jobs; results of finished stages are kept", Cancel,
      [](CLI::App& app, Options& options) {
        app.add_option("job", options.jobs, "Ids, starts of them, or names")->required()->type_name("JOB");
        app.add_flag("--yes,-y", options.yes, "Does not ask");
      });
}

}  // namespace rad::cli
