// session.h: what every command shares: the console, the global flags, and the command that was chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/rpc/address.h"
#include "coordinator/cli/rpc/coordinator_client.h"

namespace rad::cli {

// Returns the exit status; a failed absl::Status becomes a message and ExitCodeOf(it).
using Command = std::function<absl::StatusOr<int>()>;

struct Session {
  Console& console;
  Environment environment;
  std::string address_flag;
  std::string timeout_flag;  // empty: the command's own default
  Command chosen;

  absl::StatusOr<absl::Duration> Timeout(absl::Duration default_timeout) const;
  // With the deadline that --timeout gives to each call; for those that take long, with another default.
  absl::StatusOr<CoordinatorClient> Connect() const;
  absl::StatusOr<CoordinatorClient> Connect(absl::Duration default_timeout) const;
  // For commands whose --timeout is of the waiting, not of a call.
  absl::StatusOr<CoordinatorClient> ConnectForWaiting() const;
};

// A subcommand that runs `command` when it is named. `Options` live as long as the parser and the command.
template <typename Options>
void AddCommand(CLI::App& parent, Session& session, const std::string& name, const std::string& help,
                absl::StatusOr<int> (*command)(Session&, const Options&),
                void (*flags)(CLI::App&, Options&)) {
  auto options = std::make_shared<Options>();
  CLI::App* app = parent.add_subcommand(name, help);
  flags(*app, *options);
  app->callback([&session, options, command] {
    session.chosen = [&session, options, command] { return command(session, *options); };
  });
}

// -o; the first format is the default.
void AddOutputFlag(CLI::App& app, std::string& output, const std::vector<std::string>& formats);

}  // namespace rad::cli
