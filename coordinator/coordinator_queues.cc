// Queues, drained workers, and why a job waits.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"
#include "coordinator/explanation.h"
#include "coordinator/job_state.h"
#include "coordinator/log.h"
#include "coordinator/queue_settings.h"

namespace rad {

absl::Status Coordinator::RecoverQueues() {
  absl::StatusOr<std::vector<v1::Queue>> queues = store_.LoadQueues();
  if (!queues.ok()) return queues.status();
  for (v1::Queue& queue : *queues) queues_[queue.name()] = std::move(queue);
  absl::StatusOr<std::set<std::string>> drains = store_.LoadDrains();
  if (!drains.ok()) return drains.status();
  drains_ = *std::move(drains);
  return absl::OkStatus();
}

std::set<std::string> Coordinator::QueueNames() {
  absl::MutexLock lock(&mutex_);
  std::set<std::string> names;
  for (const auto& [name, queue] : queues_) names.insert(name);
  return names;
}

v1::ListQueuesResponse Coordinator::ListQueues() {
  absl::MutexLock lock(&mutex_);
  std::map<std::string, v1::Queue> queues = queues_;
  queues[kDefaultQueue].set_name(kDefaultQueue);
  std::set<std::string> running;
  for (const RunningTask& task : MakeView().running) {
    v1::Queue& queue = queues[task.queue];
    queue.set_held(queue.held() + task.workers);
    if (running.insert(task.job_id).second) queue.set_running_jobs(queue.running_jobs() + 1);
  }
  for (const auto& [order, job] : jobs_) {
    if (IsTerminal(job.record.state()) || running.contains(job.record.job_id())) continue;
    v1::Queue& queue = queues[QueueOf(job.record.job().spec())];
    queue.set_waiting_jobs(queue.waiting_jobs() + 1);
  }
  v1::ListQueuesResponse response;
  for (auto& [name, queue] : queues) {
    queue.set_name(name);
    queue.set_borrow(ShareOf(queue).borrow);
    *response.add_queues() = std::move(queue);
  }
  return response;
}

absl::StatusOr<v1::Queue> Coordinator::PutQueue(const v1::Queue& queue) {
  absl::MutexLock lock(&mutex_);
  v1::Queue settings;
  settings.set_name(queue.name());
  settings.set_borrow(ShareOf(queue).borrow);
  if (queue.has_quota()) settings.set_quota(queue.quota());
  JobStore::Change change = store_.NewChange();
  change.PutQueue(settings);
  if (absl::Status status = store_.Commit(std::move(change)); !status.ok()) return status;
  queues_[settings.name()] = settings;
  Reschedule();
  return settings;
}

std::string Coordinator::UserOfQueue(const std::string& name) {
  for (const auto& [order, job] : jobs_) {
    if (!IsTerminal(job.record.state()) && QueueOf(job.record.job().spec()) == name)
      return job.record.job_id();
  }
  for (const auto& [order, sweep] : sweeps_) {
    const bool uses = QueueOf(sweep.record.sweep().spec().template_()) == name;
    if (uses && !IsTerminal(sweep.record.state())) return sweep.record.sweep_id();
  }
  return "";
}

absl::StatusOr<v1::DeleteQueueResponse> Coordinator::DeleteQueue(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  if (name == kDefaultQueue) return absl::FailedPreconditionError("the default queue is always there");
  if (!queues_.contains(name))
    return absl::NotFoundError(absl::StrCat("no queue \"", name, "\": radctl queue list shows them"));
  if (const std::string user = UserOfQueue(name); !user.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("queue ", name, " is used by ", user, ", which has not ended"));
  }
  JobStore::Change change = store_.NewChange();
  change.DeleteQueue(name);
  if (absl::Status status = store_.Commit(std::move(change)); !status.ok()) return status;
  queues_.erase(name);
  return v1::DeleteQueueResponse();
}

bool Coordinator::IsDraining(const LiveWorker& worker) const {
  return drains_.contains(worker.about.name()) || drains_.contains(worker.about.incarnation());
}

// What stands in the table for "this worker": its name stands for all of that name, also those to come.
absl::StatusOr<std::set<std::string>> Coordinator::DrainKeys(const v1::DrainWorkerRequest& request) {
  std::set<std::string> keys;
  if (const auto found = workers_.find(request.worker()); found != workers_.end()) {
    if (request.undrain() && drains_.contains(found->second.about.name())) {
      return absl::FailedPreconditionError(
          absl::StrCat("all workers named ", found->second.about.name(), " are drained: undrain that name"));
    }
    keys.insert(found->second.about.incarnation());
    return keys;
  }
  bool known = drains_.contains(request.worker());
  for (const auto& [id, worker] : workers_) {
    if (worker.about.name() != request.worker()) continue;
    known = true;
    if (request.undrain()) keys.insert(worker.about.incarnation());
  }
  keys.insert(request.worker());
  if (known) return keys;
  return absl::NotFoundError(
      absl::StrCat("no worker \"", request.worker(), "\": radctl worker list shows them"));
}

absl::StatusOr<v1::WorkerStatus> Coordinator::DrainWorker(const v1::DrainWorkerRequest& request) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<std::set<std::string>> keys = DrainKeys(request);
  if (!keys.ok()) return keys.status();
  JobStore::Change change = store_.NewChange();
  for (const std::string& key : *keys) request.undrain() ? change.DeleteDrain(key) : change.PutDrain(key);
  if (absl::Status status = store_.Commit(std::move(change)); !status.ok()) return status;
  for (const std::string& key : *keys) {
    if (request.undrain()) {
      drains_.erase(key);
    } else {
      drains_.insert(key);
    }
  }
  Log(absl::StrCat("worker ", request.worker(), request.undrain() ? " undrained" : " drained", " by a user"));
  Reschedule();
  for (const auto& [id, worker] : workers_) {
    if (id == request.worker() || worker.about.name() == request.worker()) return WorkerStatusOf(worker);
  }
  v1::WorkerStatus gone;  // it is connected no more
  gone.set_name(request.worker());
  return gone;
}

absl::StatusOr<v1::Explanation> Coordinator::Explain(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<LiveJob*> found = Resolve(name);
  if (!found.ok()) return found.status();
  const v1::JobRecord& record = (*found)->record;
  const SchedulerView view = MakeView();
  const absl::Duration now = clock_.Monotonic();
  const Schedule schedule = MakeSchedule(view, now);
  const bool runs = std::any_of(view.running.begin(), view.running.end(),
                                [&](const RunningTask& task) { return task.job_id == record.job_id(); });
  v1::Explanation explanation;
  if (!runs && schedule.waiting.contains(record.job_id())) {
    explanation = ExplainWaiting(record.job_id(), view, schedule, now);
  } else {
    explanation.set_message(IsTerminal(record.state()) ? record.reason() : "it has what it needs");
  }
  explanation.set_job_id(record.job_id());
  explanation.set_state(record.state());
  explanation.set_queue(QueueOf(record.job().spec()));
  return explanation;
}

}  // namespace rad
