#include "coordinator/metrics_snapshot.h"

#include <unistd.h>

#include <fstream>
#include <utility>

namespace rad {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

prometheus::MetricFamily MakeFamily(const char* name, const char* help,
                                    prometheus::MetricType type = prometheus::MetricType::Gauge) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

void AddSample(prometheus::MetricFamily& family, const Labels& labels, double value) {
  prometheus::ClientMetric& sample = family.metric.emplace_back();
  for (const auto& [name, text] : labels) sample.label.push_back({name, text});
  if (family.type == prometheus::MetricType::Counter) {
    sample.counter.value = value;
  } else {
    sample.gauge.value = value;
  }
}

prometheus::MetricFamily ByLabel(const char* name, const char* help, const char* label,
                                 const std::map<std::string, double>& values) {
  prometheus::MetricFamily family = MakeFamily(name, help);
  for (const auto& [text, value] : values) AddSample(family, {{label, text}}, value);
  return family;
}

// The series of running jobs, one family a column.
struct JobFamilies {
  prometheus::MetricFamily progress =
      MakeFamily("rad_job_progress_ratio", "Done share of a running stage, 0 to 1.");
  prometheus::MetricFamily eta =
      MakeFamily("rad_job_eta_seconds", "Expected time until a running stage is done.");
  prometheus::MetricFamily step = MakeFamily("rad_job_step", "Optimizer steps done in a running stage.");
  prometheus::MetricFamily tokens = MakeFamily(
      "rad_job_tokens_total", "Tokens trained on in a running stage.", prometheus::MetricType::Counter);
  prometheus::MetricFamily loss = MakeFamily("rad_job_loss", "Training loss of a running stage, by term.");
  prometheus::MetricFamily memory =
      MakeFamily("rad_job_memory_bytes", "Memory of a running stage's workers, by kind.");

  prometheus::MetricFamily straggler =
      MakeFamily("rad_rank_straggler_score",
                 "Time a rank computes on a step, over the median of the ranks of its gang.");

  void Add(const RunningStageMetrics& running) {
    const Labels labels = {{"job", running.job}, {"stage", running.stage.name()}};
    const v1::Progress& now = running.stage.progress();
    if (now.total() > 0) AddSample(progress, labels, now.done() / now.total());
    if (now.eta_seconds() >= 0) AddSample(eta, labels, now.eta_seconds());
    AddSample(step, labels, now.step());
    AddSample(tokens, labels, now.tokens());
    for (const auto& [term, value] : now.losses()) AddSample(loss, With(labels, "term", term), value);
    for (const auto& [kind, bytes] : now.memory_bytes()) AddSample(memory, With(labels, "kind", kind), bytes);
    for (const v1::RankStatus& rank : running.stage.ranks()) {
      if (rank.straggler_score() == 0) continue;
      AddSample(straggler, With(labels, "rank", std::to_string(rank.rank())), rank.straggler_score());
    }
  }

  static Labels With(Labels labels, const char* name, const std::string& value) {
    labels.emplace_back(name, value);
    return labels;
  }
};

}  // namespace

std::vector<prometheus::MetricFamily> RenderSnapshot(const MetricsSnapshot& snapshot) {
  std::vector<prometheus::MetricFamily> families = {
      ByLabel("rad_jobs", "Jobs by state.", "state", snapshot.jobs_by_state),
      ByLabel("rad_tasks", "Unfinished tasks by state.", "state", snapshot.tasks_by_state),
      ByLabel("rad_workers", "Workers by state.", "state", snapshot.workers_by_state),
      ByLabel("rad_pending_jobs", "Jobs that wait, by reason.", "reason", snapshot.pending_jobs_by_reason),
      ByLabel("rad_rocksdb_disk_bytes", "Bytes on disk by database.", "database",
              snapshot.database_disk_bytes),
      ByLabel("rad_rocksdb_memtable_bytes", "Bytes not yet flushed by database.", "database",
              snapshot.database_memtable_bytes),
  };
  prometheus::MetricFamily resident =
      MakeFamily("rad_coordinator_resident_memory_bytes", "Resident memory of the coordinator.");
  AddSample(resident, {}, snapshot.resident_bytes);
  families.push_back(std::move(resident));
  prometheus::MetricFamily backup =
      MakeFamily("rad_newest_backup_timestamp_seconds", "When the newest backup was made; 0: there is none.");
  AddSample(backup, {}, snapshot.newest_backup_unix_seconds);
  families.push_back(std::move(backup));
  JobFamilies jobs;
  for (const RunningStageMetrics& running : snapshot.running) jobs.Add(running);
  for (prometheus::MetricFamily* family :
       {&jobs.progress, &jobs.eta, &jobs.step, &jobs.tokens, &jobs.loss, &jobs.memory, &jobs.straggler}) {
    families.push_back(std::move(*family));
  }
  return families;
}

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0, resident_pages = 0;
  statm >> pages >> resident_pages;
  return statm ? resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace rad
