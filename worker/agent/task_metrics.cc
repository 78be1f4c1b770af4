#include "worker/agent/task_metrics.h"

#include <unistd.h>

#include <algorithm>

#include "worker/wire/resident_memory.h"

namespace rad {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

// An executor that invents terms without end must not fill Prometheus.
constexpr std::size_t kMaxKinds = 16;

prometheus::MetricFamily Gauge(const char* name, const char* help) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = prometheus::MetricType::Gauge;
  return family;
}

void Add(prometheus::MetricFamily& family, Labels labels, double value) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  family.metric.push_back(std::move(metric));
}

prometheus::MetricFamily One(const char* name, const char* help, const Labels& labels, double value) {
  prometheus::MetricFamily family = Gauge(name, help);
  Add(family, labels, value);
  return family;
}

// One series per entry of a progress map.
template <typename Map>
prometheus::MetricFamily ByKind(const char* name, const char* help, const Labels& labels, const char* kind,
                                const Map& values) {
  prometheus::MetricFamily family = Gauge(name, help);
  for (const auto& [key, value] : values) {
    if (family.metric.size() == kMaxKinds) break;
    Labels all = labels;
    all.push_back({kind, key});
    Add(family, std::move(all), static_cast<double>(value));
  }
  return family;
}

std::vector<prometheus::MetricFamily> ProgressFamilies(const v1::Progress& progress, const Labels& labels) {
  const double ratio = progress.total() > 0 ? std::clamp(progress.done() / progress.total(), 0.0, 1.0) : 0;
  std::vector<prometheus::MetricFamily> families = {
      One("rad_worker_task_progress_ratio", "Share of the running task's phase that is done", labels, ratio),
      One("rad_worker_task_step", "Optimizer step of the running task", labels,
          static_cast<double>(progress.step())),
      One("rad_worker_task_tokens", "Tokens the running task has trained on", labels,
          static_cast<double>(progress.tokens())),
      ByKind("rad_worker_task_loss", "Loss of the running task, by term", labels, "term", progress.losses()),
      ByKind("rad_worker_task_memory_bytes", "Memory of the running task, by kind", labels, "kind",
             progress.memory_bytes())};
  if (progress.eta_seconds() >= 0) {
    families.push_back(One("rad_worker_task_eta_seconds",
                           "Expected time until the running task's phase is done", labels,
                           progress.eta_seconds()));
  }
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  return families;
}

}  // namespace

void TaskMetrics::Set(const std::string& job_id, const std::string& stage, pid_t executor,
                      const v1::Progress& progress) {
  absl::MutexLock lock(&mutex_);
  job_id_ = job_id;
  stage_ = stage;
  executor_ = executor;
  progress_ = progress;
}

void TaskMetrics::Clear() {
  absl::MutexLock lock(&mutex_);
  executor_ = 0;
  progress_.Clear();
}

std::vector<prometheus::MetricFamily> TaskMetrics::Collect() const {
  absl::MutexLock lock(&mutex_);
  std::vector<prometheus::MetricFamily> families = {
      One("rad_worker_executors_running", "Executors running now", {}, executor_ == 0 ? 0 : 1),
      One("rad_worker_resident_memory_bytes", "Resident memory of the agent", {},
          static_cast<double>(ResidentBytes(getpid())))};
  if (executor_ == 0) return families;
  families.push_back(One("rad_worker_executor_resident_memory_bytes",
                         "Resident memory of the running executor", {},
                         static_cast<double>(ResidentBytes(executor_))));
  for (auto& family : ProgressFamilies(progress_, {{"job", job_id_}, {"stage", stage_}})) {
    families.push_back(std::move(family));
  }
  return families;
}

}  // namespace rad
