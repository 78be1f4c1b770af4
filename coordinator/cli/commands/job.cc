#include "coordinator/cli/commands/commands.h"

namespace rad::cli {

void AddJobCommands(CLI::App& app, Session& session) {
  CLI::App* job =
      app.add_subcommand("job", "Jobs: submit, plan, list, describe, explain, watch, wait, cancel, logs");
  job->require_subcommand(1);
  AddJobSubmit(*job, session);
  AddJobPlan(*job, session);
  AddJobList(*job, session);
  AddJobDescribe(*job, session);
  AddJobExplain(*job, session);
  AddJobWatch(*job, session);
  AddJobCancel(*job, session);
  AddJobLogs(*job, session);
}

}  // namespace rad::cli
