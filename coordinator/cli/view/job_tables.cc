#include "coordinator/cli/view/job_tables.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "coordinator/cli/spec/enum_words.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/progress_view.h"
#include "coordinator/cli/view/quantities.h"
#include "coordinator/cli/view/results_table.h"

namespace rad::cli {
namespace {

constexpr auto kRight = Column::Align::kRight;

std::string KindWord(const v1::Job& job) {
  const auto* value = v1::Job::Kind_descriptor()->FindValueByNumber(job.kind());
  return value ? EnumWord(*value) : "?";
}

std::string Labels(const google::protobuf::Map<std::string, std::string>& labels) {
  const std::map<std::string, std::string> sorted(labels.begin(), labels.end());
  return absl::StrJoin(sorted, ",", absl::PairFormatter("="));
}

// From start to end, or to now while it runs.
std::string Took(const v1::JobStatus& job, std::int64_t now) {
  if (job.started_unix_seconds() == 0) return "-";
  const std::int64_t end = job.finished_unix_seconds() ? job.finished_unix_seconds() : now;
  return ShowSeconds(static_cast<double>(std::max<std::int64_t>(0, end - job.started_unix_seconds())));
}

std::string ManifestKind(const v1::Manifest& manifest) {
  return manifest.kind() == v1::Manifest::CHECKPOINT ? absl::StrCat("checkpoint at step ", manifest.step())
                                                     : "output";
}

}  // namespace

Table JobsTable(const std::vector<v1::JobStatus>& jobs, Width width, std::int64_t now_unix_seconds) {
  std::vector<Column> columns = {{"ID"},          {"NAME"},        {"KIND"},
                                 {"STATE"},       {"QUEUE"},       {"PRIORITY", kRight},
                                 {"AGE", kRight}, {"TOOK", kRight}};
  if (width == Width::kWide) columns.insert(columns.end(), {{"SUBMITTED"}, {"LABELS"}, {"REASON"}});
  Table table(std::move(columns));
  for (const v1::JobStatus& job : jobs) {
    std::vector<std::string> cells = {job.job_id(),
                                      job.job().metadata().name(),
                                      KindWord(job.job()),
                                      StateWord(job.state()),
                                      job.job().spec().queue(),
                                      absl::StrCat(job.job().spec().priority()),
                                      ShowAge(job.submitted_unix_seconds(), now_unix_seconds),
                                      Took(job, now_unix_seconds)};
    if (width == Width::kWide) {
      cells.insert(cells.end(), {ShowTime(job.submitted_unix_seconds()),
                                 Labels(job.job().metadata().labels()), job.reason()});
    }
    table.Add(std::move(cells));
  }
  return table;
}

Table StagesTable(const v1::JobStatus& status) {
  Table table({{"STAGE"},
               {"STATE"},
               {"TASKS", kRight},
               {"TIME", kRight},
               {"RESTARTS", kRight},
               {"WORKER"},
               {"ARTIFACT"}});
  for (const v1::StageStatus& stage : status.stages()) {
    table.Add({stage.name(), stage.reused() ? "reused" : StateWord(stage.state()),
               absl::StrCat(stage.tasks_done(), "/", stage.tasks_total()), ShowSeconds(stage.seconds()),
               absl::StrCat(stage.restarts()), stage.worker(), stage.artifact_id().substr(0, 16)});
  }
  return table;
}

Table RanksTable(const v1::JobStatus& status) {
  Table table({{"STAGE"}, {"RANK", kRight}, {"WORKER"}, {"STRAGGLER", kRight}});
  for (const v1::StageStatus& stage : status.stages()) {
    for (const v1::RankStatus& rank : stage.ranks()) {
      const double score = rank.straggler_score();
      table.Add({stage.name(), absl::StrCat(rank.rank()), rank.worker(),
                 score > 0 ? absl::StrFormat("%.2f", score) : "-"});
    }
  }
  return table;
}

Table PlannedStagesTable(const v1::PlanResponse& plan) {
  Table table({{"STAGE"}, {"AFTER"}, {"RESULT"}});
  for (const auto& stage : plan.stages()) {
    table.Add(
        {stage.name(), absl::StrJoin(stage.after(), ", "), stage.known() ? "known already" : "to compute"});
  }
  return table;
}

Table WorkersTable(const v1::ListWorkersResponse& workers, Width width) {
  std::vector<Column> columns = {{"NAME"},           {"STATE"},         {"DEVICE"}, {"THREADS", kRight},
                                 {"MEMORY", kRight}, {"LEASE", kRight}, {"RUNNING"}};
  if (width == Width::kWide)
    columns.insert(columns.end(), {{"ID"}, {"HOST"}, {"LABELS"}, {"VERSION"}, {"METRICS"}});
  Table table(std::move(columns));
  for (const v1::WorkerStatus& worker : workers.workers()) {
    std::vector<std::string> cells = {worker.name(),
                                      absl::StrCat(worker.state(), worker.draining() ? ", draining" : ""),
                                      worker.device(),
                                      absl::StrCat(worker.threads()),
                                      ShowBytes(worker.memory_bytes()),
                                      ShowSeconds(worker.lease_seconds_left()),
                                      worker.running()};
    if (width == Width::kWide) {
      cells.insert(cells.end(), {worker.worker_id(), worker.host(), Labels(worker.labels()), worker.version(),
                                 worker.metrics_address()});
    }
    table.Add(std::move(cells));
  }
  return table;
}

Table BackupsTable(const std::vector<v1::Backup>& backups, Width width) {
  std::vector<Column> columns = {{"BACKUP", kRight}, {"CREATED"}, {"FILES", kRight}, {"SIZE", kRight}};
  if (width == Width::kWide) columns.push_back({"STATE"});
  Table table(std::move(columns));
  for (const v1::Backup& backup : backups) {
    std::vector<std::string> cells = {absl::StrCat(backup.backup_id()),
                                      ShowTime(backup.created_unix_seconds()), absl::StrCat(backup.files()),
                                      ShowBytes(backup.bytes())};
    if (width == Width::kWide) cells.push_back(backup.verified() ? "verified" : "DAMAGED");
    table.Add(std::move(cells));
  }
  return table;
}

Table ArtifactsTable(const std::vector<v1::Manifest>& artifacts) {
  Table table({{"ARTIFACT"}, {"KIND"}, {"JOB"}, {"STAGE"}, {"FILES", kRight}, {"SIZE", kRight}, {"CREATED"}});
  for (const v1::Manifest& artifact : artifacts) {
    std::uint64_t bytes = 0;
    for (const v1::File& file : artifact.files()) bytes += file.size();
    table.Add({artifact.artifact_id(), ManifestKind(artifact), artifact.job_id(), artifact.stage(),
               absl::StrCat(artifact.files_size()), ShowBytes(bytes),
               ShowTime(artifact.created_unix_seconds())});
  }
  return table;
}

std::string DescribeJob(const v1::JobStatus& status) {
  const std::string precision = EnumWord(*v1::Precision_descriptor(), status.precision());
  std::string text =
      absl::StrCat("Id:         ", status.job_id(), "\nState:      ", Printable(Headline(status)),
                   "\nSubmitted:  ", ShowTime(status.submitted_unix_seconds()),
                   "\nStarted:    ", ShowTime(status.started_unix_seconds()),
                   "\nFinished:   ", ShowTime(status.finished_unix_seconds()),
                   "\nPrecision:  ", precision.empty() ? "-" : precision, "\n\n",
                   ToYaml(ToJson(status.job(), EmptyFields::kDrop)));
  if (status.stages_size() > 0) absl::StrAppend(&text, "\n", StagesTable(status).ToText());
  const bool on_gang = std::any_of(status.stages().begin(), status.stages().end(),
                                   [](const v1::StageStatus& stage) { return stage.ranks_size() > 0; });
  if (on_gang) absl::StrAppend(&text, "\n", RanksTable(status).ToText());
  for (const v1::StageStatus& stage : status.stages()) {
    if (stage.state() == v1::RUNNING) absl::StrAppend(&text, PlainProgress(stage), "\n");
  }
  if (status.students_size() > 0) absl::StrAppend(&text, "\n", ResultsText(status));
  return text;
}

}  // namespace rad::cli
