#include "absl/strings/str_cat.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/write_output.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/spec/enum_words.h"
#include "coordinator/cli/view/coverage_svg.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/quantities.h"
#include "coordinator/cli/view/sweep_json.h"
#include "coordinator/cli/view/sweep_tables.h"

namespace rad::cli {
namespace {

struct Options {
  std::string sweep;
  std::string output;
  std::string metric;
  std::string file;
};

absl::StatusOr<v1::SweepStatus> Fetch(Session& session, const Options& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  v1::GetSweepRequest request;
  request.set_sweep_id(options.sweep);
  if (!options.metric.empty()) {
    const auto* metric = FindEnumWord(*v1::Metric_descriptor(), options.metric);
    request.set_metric(static_cast<v1::Metric>(metric->number()));
  }
  return client->Call(&Sweeps::Get, request);
}

absl::StatusOr<int> List(Session& session, const Options& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  auto list = client->Call(&Sweeps::List, v1::ListSweepsRequest());
  if (!list.ok()) return list.status();
  if (options.output == "json") {
    session.console.out << ToJson(*list, EmptyFields::kKeep)["sweeps"].dump(2) << "\n";
  } else if (options.output == "name") {
    for (const v1::SweepStatus& sweep : list->sweeps()) session.console.out << sweep.sweep_id() << "\n";
  } else {
    const std::vector<v1::SweepStatus> sweeps(list->sweeps().begin(), list->sweeps().end());
    session.console.out << SweepsTable(sweeps, absl::ToUnixSeconds(absl::Now())).ToText();
  }
  if (list->sweeps().empty()) session.console.Say("no sweeps");
  return kExitOk;
}

absl::StatusOr<int> Describe(Session& session, const Options& options) {
  auto status = Fetch(session, options);
  if (!status.ok()) return status.status();
  if (options.output == "json") {
    session.console.out << ToJson(*status, EmptyFields::kKeep).dump(2) << "\n";
  } else if (options.output == "yaml") {
    session.console.out << ToYaml(ToJson(status->sweep(), EmptyFields::kDrop));
  } else {
    const bool paused = status->paused() && !IsTerminal(status->state());
    session.console.out << status->sweep_id() << " (" << Printable(status->sweep().metadata().name()) << ") "
                        << (paused ? "paused" : StateWord(status->state())) << ": "
                        << Printable(status->reason()) << "\n\n"
                        << SweepReport(*status);
  }
  return kExitOk;
}

absl::StatusOr<int> Best(Session& session, const Options& options) {
  auto status = Fetch(session, options);
  if (!status.ok()) return status.status();
  if (status->best() == 0)
    return absl::NotFoundError(absl::StrCat(status->sweep_id(), " has no point with a result yet"));
  const v1::SweepPoint& best = status->points(static_cast<int>(status->best()) - 1);
  const v1::SweepTrial& trial = best.trials(best.trials_size() - 1);
  if (options.output == "json") {
    session.console.out << ToJson(best, EmptyFields::kKeep).dump(2) << "\n";
  } else if (options.output == "name") {
    session.console.out << trial.job_id() << "\n";
  } else {
    v1::SweepStatus alone = *status;
    alone.clear_points();
    *alone.add_points() = best;
    session.console.out << PointsTable(alone).ToText() << "job " << trial.job_id() << ", student "
                        << Printable(best.result().student()) << "\n";
  }
  return kExitOk;
}

absl::StatusOr<int> Export(Session& session, const Options& options) {
  auto status = Fetch(session, options);
  if (!status.ok()) return status.status();
  const std::string bytes = options.output == "svg"    ? CoverageSvg(*status)
                            : options.output == "json" ? PointsJson(*status).dump(2) + "\n"
                                                       : PointsTable(*status).ToCsv();
  if (auto written = WriteOutput(session.console, options.file, bytes); !written.ok()) return written;
  return kExitOk;
}

void AddName(CLI::App& app, Options& options) {
  app.add_option("sweep", options.sweep, "Id or name")->required()->type_name("SWEEP");
}

}  // namespace

void AddSweepViews(CLI::App& sweep, Session& session) {
  AddCommand<Options>(sweep, session, "list", "Sweeps, newest first", List,
                      [](CLI::App& app, Options& options) {
                        AddOutputFlag(app, options.output, {"table", "json", "name"});
                      });
  AddCommand<Options>(sweep, session, "describe", "Every point, and what it came to", Describe,
                      [](CLI::App& app, Options& options) {
                        AddName(app, options);
                        AddOutputFlag(app, options.output, {"table", "json", "yaml"});
                      });
  AddCommand<Options>(
      sweep, session, "best", "The best point; -o name prints its job", Best,
      [](CLI::App& app, Options& options) {
        AddName(app, options);
        app.add_option(
               "--metric", options.metric,
               "coverage, kv_accuracy, perplexity or val_kl (default: the early stop's, else coverage)")
            ->check(CLI::IsMember(EnumWords(*v1::Metric_descriptor()), CLI::ignore_case).description(""))
            ->type_name("METRIC");
        AddOutputFlag(app, options.output, {"table", "json", "name"});
      });
  AddCommand<Options>(sweep, session, "export", "The points for other programs, or as a plot", Export,
                      [](CLI::App& app, Options& options) {
                        AddName(app, options);
                        app.add_option("--file", options.file, "Writes there instead of to standard output")
                            ->type_name("FILE");
                        AddOutputFlag(app, options.output, {"csv", "json", "svg"});
                      });
}

}  // namespace rad::cli
