#include "coordinator/cli/commands/commands.h"

namespace rad::cli {

void AddSweepCommands(CLI::App& app, Session& session) {
  CLI::App* sweep = app.add_subcommand(
      "sweep", "Sweeps: list, describe, best, export, watch, pause, resume, retry, cancel");
  sweep->require_subcommand(1);
  sweep->footer(
      "A sweep is a spec of kind: Sweep, given to job submit or run; deploy/examples/retrieval-study.yaml");
  AddSweepViews(*sweep, session);
  AddSweepControls(*sweep, session);
}

}  // namespace rad::cli
