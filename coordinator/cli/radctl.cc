#include "coordinator/cli/radctl.h"

#include <algorithm>

#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"

namespace rad::cli {
namespace {

constexpr char kExitCodes[] =
    "Exit status: 0 done; 1 error; 2 wrong usage or spec; 3 not found; 4 conflict; 5 not allowed; 6 "
    "unavailable or\n"
    "out of time; 7 quota. Waiting for a job: 0 succeeded, 100 failed, 101 not finished, 103 cancelled.\n";

void AddGlobalFlags(CLI::App& app, Session& session) {
  app.add_option("--addr", session.address_flag,
                 "Coordinator, HOST:PORT (else RAD_ADDR, ~/.config/rad/config.yaml, 127.0.0.1:7070)");
  app.add_option("--timeout", session.timeout_flag, "Longest wait, such as 30s or 2h")->type_name("DURATION");
  app.add_flag_callback(
      "--no-color", [&session] { session.console.color = false; }, "No colours");
}

int Report(const absl::StatusOr<int>& exit_code, Console& console) {
  console.out.flush();
  if (exit_code.ok()) return *exit_code;
  console.Say(exit_code.status().message());
  return ExitCodeOf(exit_code.status());
}

}  // namespace

int RunRadctl(const std::vector<std::string>& arguments, Console& console, const Environment& environment) {
  CLI::App app("Distils a Transformer into a hybrid that keeps its few retrieval heads.", "radctl");
  Session session{.console = console, .environment = environment};
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kExitCodes);
  AddGlobalFlags(app, session);
  AddRunCommand(app, session);
  AddJobCommands(app, session);
  AddSweepCommands(app, session);
  AddScoresCommands(app, session);
  AddCheckpointCommands(app, session);
  AddQueueCommands(app, session);
  AddWorkerCommands(app, session);
  AddBackupCommands(app, session);
  AddVersionCommand(app, session);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes the last first
  } catch (const CLI::ParseError& error) {
    return app.exit(error, console.out, console.err) == 0 ? kExitOk : kExitUsage;
  }
  return Report(session.chosen(), console);
}

}  // namespace rad::cli
