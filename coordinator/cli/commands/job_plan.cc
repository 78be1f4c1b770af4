#include "coordinator/cli/commands/job_plan.h"

#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/spec_flags.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/spec/job_spec.h"
#include "coordinator/cli/view/job_tables.h"
#include "coordinator/cli/view/message_json.h"

namespace rad::cli {
namespace {

struct Options {
  SpecFlags spec;
  std::string output;
};

absl::StatusOr<int> Plan(Session& session, const Options& options) {
  auto job = ReadJob(options.spec.file, options.spec.overrides);
  if (!job.ok()) return job.status();
  return ShowPlan(session, *job, options.output);
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

}  // namespace

absl::StatusOr<int> ShowPlan(Session& session, const v1::Job& job, const std::string& output) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  v1::PlanRequest request;
  *request.mutable_job() = job;
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
