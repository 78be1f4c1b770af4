#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/view/job_tables.h"
#include "coordinator/cli/view/message_json.h"

namespace rad::cli {
namespace {

struct Options {
  std::string output;
};

void Print(const v1::ListWorkersResponse& workers, const std::string& output, std::ostream& out) {
  const auto json = ToJson(workers, EmptyFields::kKeep)["workers"];
  if (output == "json") {
    out << json.dump(2) << "\n";
  } else if (output == "yaml") {
    out << ToYaml(json);
  } else if (output == "name") {
    for (const auto& worker : workers.workers()) out << worker.name() << "\n";
  } else {
    const Table table = WorkersTable(workers, output == "table" ? Width::kNormal : Width::kWide);
    out << (output == "csv" ? table.ToCsv() : table.ToText());
  }
}

absl::StatusOr<int> List(Session& session, const Options& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  auto workers = client->Call(&Jobs::ListWorkers, v1::ListWorkersRequest());
  if (!workers.ok()) return workers.status();
  Print(*workers, options.output, session.console.out);
  if (workers->workers().empty())
    session.console.Say("no worker has registered; start one: rad-worker --coordinator " + client->address());
  return kExitOk;
}

}  // namespace

void AddWorkerCommands(CLI::App& app, Session& session) {
  CLI::App* worker = app.add_subcommand("worker", "Workers: list, drain, undrain");
  worker->require_subcommand(1);
  AddCommand<Options>(*worker, session, "list", "Who computes", List, [](CLI::App& app, Options& options) {
    AddOutputFlag(app, options.output, {"table", "wide", "json", "yaml", "name", "csv"});
  });
  AddWorkerDrain(*worker, session);
}

}  // namespace rad::cli
