#include "coordinator/cli/commands/job_plan.h"

#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/run_sweep.h"
#include "coordinator/cli/commands/spec_flags.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/spec/job_spec.h"
#include "coordinator/cli/view/job_tables.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/sweep_tables.h"

namespace rad::cli {
namespace {

struct Options {
  SpecFlags spec;
  std::string output;
};

absl::StatusOr<int> Plan(Session& session, const Options& options) {
  auto spec = ReadSpec(options.spec.file, options.spec.overrides);
  if (!spec.ok()) return spec.status();
  return ShowPlan(session, *spec, options.output);
}

void Print(const v1::PlanResponse& plan, const std::string& output, std::ostream& out) {
  if (output == "json") {
    out << ToJson(plan, EmptyFields::kKeep).dump(2) << "\n";
  } else if (output == "yaml") {
    out << ToYaml(ToJson(plan.job(), EmptyFields::kDrop));
  } else {
    out << PlannedStagesTable(plan).ToText() << (plan.starts_now() ? "starts now" : "would wait");
    out << (plan.reason().empty() ? "" : ": ") << plan.reason() << "\n";
  }
}

absl::StatusOr<int> ShowPoints(Session& session, CoordinatorClient& client, const v1::Sweep& sweep,
                               const std::string& output) {
  auto status = SubmitSweep(client, sweep, "", /*dry_run=*/true);
  if (!status.ok()) return status.status();
  if (output == "json") {
    session.console.out << ToJson(*status, EmptyFields::kKeep).dump(2) << "\n";
  } else if (output == "yaml") {
    session.console.out << ToYaml(ToJson(status->sweep(), EmptyFields::kDrop));
  } else {
    session.console.out << PointsTable(*status).ToText() << status->points_size() << " points\n";
  }
  return kExitOk;
}

}  // namespace

absl::StatusOr<int> ShowPlan(Session& session, const Spec& spec, const std::string& output) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  if (const auto* sweep = std::get_if<v1::Sweep>(&spec)) return ShowPoints(session, *client, *sweep, output);
  v1::PlanRequest request;
  *request.mutable_job() = std::get<v1::Job>(spec);
  auto plan = client->Call(&Jobs::Plan, request);
  if (!plan.ok()) return plan.status();
  Print(*plan, output, session.console.out);
  return plan->starts_now() ? kExitOk : kExitWouldQueue;
}

void AddJobPlan(CLI::App& job, Session& session) {
  AddCommand<Options>(job, session, "plan",
                      "What submitting would do; exit 0: it would start now, 1: it would wait", Plan,
                      [](CLI::App& app, Options& options) {
                        AddSpecFlags(app, options.spec);
                        AddOutputFlag(app, options.output, {"table", "json", "yaml"});
                      });
}

}  // namespace rad::cli
