#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"

namespace rad::cli {
namespace {

struct Options {
  std::vector<std::string> workers;
};

absl::StatusOr<int> SetDraining(Session& session, const Options& options, bool draining) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  for (const std::string& worker : options.workers) {
    v1::DrainWorkerRequest request;
    request.set_worker(worker);
    request.set_undrain(!draining);
    auto status = client->Call(&Jobs::DrainWorker, request);
    if (!status.ok()) return status.status();
    session.console.out << "worker " << worker << (draining ? " drains" : " takes tasks again");
    if (draining && !status->running().empty()) session.console.out << ", after " << status->running();
    session.console.out << "\n";
  }
  return kExitOk;
}

absl::StatusOr<int> Drain(Session& session, const Options& options) {
  return SetDraining(session, options, true);
}

absl::StatusOr<int> Undrain(Session& session, const Options& options) {
  return SetDraining(session, options, false);
}

void AddFlags(CLI::App& app, Options& options) {
  app.add_option("worker", options.workers, "Names, which mean all workers of that name, or ids")
      ->required()
      ->type_name("WORKER");
}

}  // namespace

void AddWorkerDrain(CLI::App& worker, Session& session) {
  AddCommand<Options>(worker, session, "drain", "Gives workers nothing more; what they run goes on", Drain,
                      AddFlags);
  AddCommand<Options>(worker, session, "undrain", "Gives drained workers tasks again", Undrain, AddFlags);
}

}  // namespace rad::cli
