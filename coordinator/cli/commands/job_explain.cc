#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/queue_tables.h"

namespace rad::cli {
namespace {

struct Options {
  std::string job;
  std::string output;
};

absl::StatusOr<int> Explain(Session& session, const Options& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  v1::GetRequest request;
  request.set_job_id(options.job);
  auto explanation = client->Call(&Jobs::Explain, request);
  if (!explanation.ok()) return explanation.status();
  if (options.output == "json") {
    session.console.out << ToJson(*explanation, EmptyFields::kKeep).dump(2) << "\n";
  } else {
    session.console.out << DescribeExplanation(*explanation);
  }
  return kExitOk;
}

}  // namespace

void AddJobExplain(CLI::App& job, Session& session) {
  AddCommand<Options>(
      job, session, "explain", "Why a job waits, behind what, and about how long", Explain,
      [](CLI::App& app, Options& options) {
        app.add_option("job", options.job, "Id, start of one, or name")->required()->type_name("JOB");
        AddOutputFlag(app, options.output, {"table", "json"});
      });
}

}  // namespace rad::cli
