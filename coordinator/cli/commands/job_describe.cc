#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/view/job_tables.h"
#include "coordinator/cli/view/message_json.h"

namespace rad::cli {
namespace {

struct Options {
  std::string job;
  std::string output;
};

absl::StatusOr<int> Describe(Session& session, const Options& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  v1::GetRequest request;
  request.set_job_id(options.job);
  auto status = client->Call(&Jobs::Get, request);
  if (!status.ok()) return status.status();
  if (options.output == "json") {
    session.console.out << ToJson(*status, EmptyFields::kKeep).dump(2) << "\n";
  } else if (options.output == "yaml") {
    session.console.out << ToYaml(ToJson(status->job(), EmptyFields::kDrop));
  } else {
    session.console.out << DescribeJob(*status);
  }
  return kExitOk;
}

}  // namespace

void AddJobDescribe(CLI::App& job, Session& session) {
  AddCommand<Options>(
      job, session, "describe", "All about one job; -o yaml prints its spec, ready to submit again", Describe,
      [](CLI::App& app, Options& options) {
        app.add_option("job", options.job, "Id, start of one, or name")->required()->type_name("JOB");
        AddOutputFlag(app, options.output, {"table", "json", "yaml"});
      });
}

}  // namespace rad::cli
