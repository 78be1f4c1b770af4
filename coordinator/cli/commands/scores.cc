#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/write_output.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/spec/enum_words.h"
#include "coordinator/cli/view/heatmap.h"
#include "coordinator/cli/view/heatmap_png.h"
#include "coordinator/cli/view/heatmap_svg.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/quantities.h"
#include "coordinator/cli/view/ranking_notes.h"
#include "coordinator/cli/view/ranking_table.h"

namespace rad::cli {
namespace {

struct Options {
  std::string job;
  std::string output;
  std::string file;
  std::size_t top = 20;
};

absl::StatusOr<v1::Ranked> Fetch(Session& session, const std::string& job) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  v1::ScoresRequest request;
  request.set_job_id(job);
  return client->Call(&Jobs::Scores, request);
}

std::string TeacherAccuracy(const v1::Ranked& ranking) {
  if (ranking.probes_size() < 2) {
    return absl::StrCat("teacher's accuracy on the probe: ", ShowShare(ranking.teacher_accuracy()));
  }
  std::vector<std::string> parts;
  for (const auto& probe : ranking.probes())
    parts.push_back(absl::StrCat(probe.name(), " ", ShowShare(probe.teacher_accuracy())));
  return absl::StrCat("teacher's accuracy: ", absl::StrJoin(parts, ", "));
}

std::string PrecisionText(const v1::Ranked& ranking) {
  const std::string word = EnumWord(*v1::Precision_descriptor(), ranking.origin().precision());
  return word.empty() ? "" : absl::StrCat(", computed in ", word);
}

absl::StatusOr<int> Show(Session& session, const Options& options) {
  auto ranking = Fetch(session, options.job);
  if (!ranking.ok()) return ranking.status();
  const Console& console = session.console;
  if (options.output == "json") {
    console.out << ToJson(*ranking, EmptyFields::kKeep).dump(2) << "\n";
    return kExitOk;
  }
  console.out << TeacherAccuracy(*ranking) << PrecisionText(*ranking) << "\n\n"
              << Heatmap(*ranking, console.out_is_terminal && console.color) << "\n"
              << RankingTable(*ranking, options.top).ToText() << "\n"
              << RankingNotes(*ranking);
  return kExitOk;
}

absl::StatusOr<std::string> Render(const v1::Ranked& ranking, const std::string& format) {
  if (format == "json") return ToJson(ranking, EmptyFields::kKeep).dump(2) + "\n";
  if (format == "svg") return HeatmapSvg(ranking);
  if (format == "png") return HeatmapPng(ranking);
  return RankingCsv(ranking).ToCsv();
}

absl::StatusOr<int> Export(Session& session, const Options& options) {
  auto ranking = Fetch(session, options.job);
  if (!ranking.ok()) return ranking.status();
  auto bytes = Render(*ranking, options.output);
  if (!bytes.ok()) return bytes.status();
  if (options.file.empty() && options.output == "png" && session.console.out_is_terminal) {
    return absl::InvalidArgumentError(
        "a PNG is not for a terminal: give --file FILE, or redirect the output");
  }
  if (auto written = WriteOutput(session.console, options.file, *bytes); !written.ok()) return written;
  return kExitOk;
}

}  // namespace

void AddScoresCommands(CLI::App& app, Session& session) {
  CLI::App* scores = app.add_subcommand("scores", "How much each head matters: show, export");
  scores->require_subcommand(1);
  AddCommand<Options>(
      *scores, session, "show", "Heatmap of layers by heads, and the best heads", Show,
      [](CLI::App& app, Options& options) {
        app.add_option("job", options.job, "Id, start of one, or name")->required()->type_name("JOB");
        app.add_option("--top", options.top, "Rows of the table (default 20)")->type_name("N");
        AddOutputFlag(app, options.output, {"table", "json"});
      });
  AddCommand<Options>(
      *scores, session, "export", "Every head, for other programs", Export,
      [](CLI::App& app, Options& options) {
        app.add_option("job", options.job, "Id, start of one, or name")->required()->type_name("JOB");
        app.add_option("--file", options.file, "Writes there instead of to standard output")
            ->type_name("FILE");
        AddOutputFlag(app, options.output, {"csv", "json", "png", "svg"});
      });
}

}  // namespace rad::cli
