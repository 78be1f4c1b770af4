#include <nlohmann/json.hpp>

#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "proto/protocol_version.h"

namespace rad::cli {
namespace {

struct Options {
  std::string output;
  bool client_only = false;
};

struct Versions {
  std::string coordinator;  // empty: unknown
  std::uint32_t coordinator_protocol = 0;
};

// The client's version is worth having without a coordinator, so that one's absence is a message, not an
// error.
absl::StatusOr<Versions> AskCoordinator(Session& session) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  auto version = client->Call(&Jobs::Version, v1::VersionRequest());
  if (version.ok()) return Versions{version->version(), version->protocol_version()};
  session.console.Say(version.status().message());
  return Versions{};
}

absl::StatusOr<int> Version(Session& session, const Options& options) {
  auto versions = options.client_only ? Versions{} : AskCoordinator(session);
  if (!versions.ok()) return versions.status();
  std::ostream& out = session.console.out;
  if (options.output == "json") {
    nlohmann::ordered_json json = {
        {"client", {{"version", kVersion}, {"protocol_version", kProtocolVersion}}}};
    if (!versions->coordinator.empty()) {
      json["coordinator"] = {{"version", versions->coordinator},
                             {"protocol_version", versions->coordinator_protocol}};
    }
    out << json.dump(2) << "\n";
    return kExitOk;
  }
  out << "radctl " << kVersion << " (protocol " << kProtocolVersion << ")\n";
  if (!versions->coordinator.empty()) {
    out << "coordinator " << versions->coordinator << " (protocol " << versions->coordinator_protocol
        << ")\n";
  }
  return kExitOk;
}

}  // namespace

void AddVersionCommand(CLI::App& app, Session& session) {
  AddCommand<Options>(app, session, "version", "Of radctl, and of the coordinator where there is one",
                      Version, [](CLI::App& app, Options& options) {
                        app.add_flag("--client", options.client_only, "Does not ask the coordinator");
                        AddOutputFlag(app, options.output, {"table", "json"});
                      });
}

}  // namespace rad::cli
