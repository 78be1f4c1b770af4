#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulation/model.h"

namespace rad {
namespace {

std::string QueueNamed(const v1::JobStatus& job) {
  return job.job().spec().queue().empty() ? "default" : job.job().spec().queue();
}

}  // namespace

std::uint32_t Model::HeldBy(const std::string& queue) {
  std::uint32_t held = 0;
  for (const auto& [task_id, history] : tasks_) {
    if (history.attempts.empty() || !history.attempts.back().may_write) continue;
    const v1::Task& task = history.attempts.back().task;
    if (QueueNamed(jobs_[task.job_id()].status) == queue) held += std::max(1u, task.world_size());
  }
  return held;
}

void Model::CheckQuotas(Witness& witness) {
  for (const v1::Fence& mark : started_) {
    const std::string queue = QueueNamed(Known(Find(mark)->task.job_id(), witness).status);
    const auto settings = queues_.find(queue);
    const std::uint32_t quota = settings == queues_.end() ? 0 : settings->second.quota();
    const bool borrows =
        settings == queues_.end() || !settings->second.has_borrow() || settings->second.borrow();
    const std::uint32_t held = HeldBy(queue);
    if (held <= quota) continue;
    if (!borrows) {
      Violation(absl::StrCat(TextOf(mark), " starts though queue ", queue, " then holds ", held,
                             " workers of a quota of ", quota, " and borrows none"));
    }
    trace_.Count("borrowed starts");
    CheckBorrowing(queue, witness);
  }
}

// Nothing is lent while a queue's only job waits for one worker and could have it within its quota.
void Model::CheckBorrowing(const std::string& borrower, Witness& witness) {
  std::map<std::string, std::vector<v1::JobStatus>> by_queue;
  for (const v1::JobStatus& job : witness.Jobs()) {
    if (!HasEnded(job.state())) by_queue[QueueNamed(job)].push_back(job);
  }
  for (const auto& [queue, jobs] : by_queue) {
    const auto settings = queues_.find(queue);
    if (queue == borrower || jobs.size() != 1 || settings == queues_.end()) continue;
    const bool has_room = HeldBy(queue) < settings->second.quota();
    if (has_room && jobs[0].pending() == v1::BEHIND_OTHERS &&
        jobs[0].job().spec().resources().workers().min() <= 1) {
      Violation(absl::StrCat("queue ", borrower, " is lent a worker while ", jobs[0].job_id(), " of queue ",
                             queue, " waits for one within its quota"));
    }
  }
}

void Model::CheckJobs(const std::vector<v1::JobStatus>& jobs) {
  for (const v1::JobStatus& job : jobs) CheckStatus(job);
}

void Model::CheckStatus(const v1::JobStatus& status) {
  KnownJob& known = jobs_[status.job_id()];
  const v1::State before = known.status.state();
  const v1::State after = status.state();
  if (HasEnded(before) && (after != before || status.reason() != known.status.reason())) {
    Violation(absl::StrCat(status.job_id(), " ended as ", v1::State_Name(before), ", and is now ",
                           v1::State_Name(after), " (", status.reason(), ")"));
  }
  if (before == v1::RUNNING && after == v1::PENDING)
    Violation(absl::StrCat(status.job_id(), " ran, and is now to start"));
  if (HasEnded(after) && !HasEnded(before)) {
    trace_.Count(absl::StrCat("jobs ", v1::State_Name(after)));
    if (status.reason().empty())
      Violation(absl::StrCat(status.job_id(), " is ", v1::State_Name(after), " for no reason"));
    if (after == v1::SUCCEEDED) CheckResults(status);
  }
  if (cancelled_.contains(status.job_id()) && after != v1::CANCELLED)
    Violation(absl::StrCat(status.job_id(), " was cancelled, and is ", v1::State_Name(after)));
  known.status = status;
}

void Model::CheckResults(const v1::JobStatus& status) {
  const KnownJob& known = jobs_[status.job_id()];
  for (const v1::StageStatus& stage : status.stages()) {
    if (stage.state() != v1::SUCCEEDED)
      Violation(absl::StrCat(status.job_id(), " succeeded, its stage ", stage.name(), " did not"));
    const auto results = known.results.find(stage.name());
    const int taken = results == known.results.end() ? 0 : results->second;
    if (stage.tasks_total() > 0 && !stage.reused() && taken < static_cast<int>(stage.tasks_done()))
      Violation(absl::StrCat(status.job_id(), "/", stage.name(), " is done, and ", taken, " of its ",
                             stage.tasks_done(), " results were reported"));
  }
  for (const v1::StudentResult& student : status.students()) {
    if (!student.has_evaluation() || (student.name() != "teacher" && student.artifact_id().empty()))
      Violation(absl::StrCat(status.job_id(), " succeeded without all of student ", student.name()));
  }
}

void Model::CheckEnd(const std::vector<v1::JobStatus>& jobs) {
  CheckJobs(jobs);
  std::set<std::string> seen;
  std::map<std::string, std::string> named;
  for (const v1::JobStatus& job : jobs) {
    seen.insert(job.job_id());
    const std::string& name = job.job().metadata().name();
    const auto [same, first] = named.emplace(name, job.job_id());
    if (!first && jobs_[job.job_id()].acknowledged)
      Violation(absl::StrCat(name, " was submitted once, and is ", same->second, " and ", job.job_id()));
    if (!HasEnded(job.state()))
      Violation(
          absl::StrCat(job.job_id(), " has not ended: ", v1::State_Name(job.state()), ", ", job.reason()));
  }
  for (const auto& [job_id, known] : jobs_) {
    if (known.acknowledged && !seen.contains(job_id))
      Violation(absl::StrCat(job_id, ", acknowledged, is not there"));
  }
}

void Model::CheckSweep(const v1::SweepStatus& sweep) {
  if (!HasEnded(sweep.state())) Violation(absl::StrCat(sweep.sweep_id(), " has not ended"));
  for (const v1::SweepPoint& point : sweep.points()) {
    const std::string name = absl::StrCat("point ", point.point(), " of ", sweep.sweep_id());
    if (!HasEnded(point.state())) Violation(absl::StrCat(name, " has not ended"));
    for (const v1::SweepTrial& trial : point.trials()) {
      if (trial.state() != jobs_[trial.job_id()].status.state())
        Violation(absl::StrCat(name, " and its ", trial.job_id(), " do not agree"));
    }
  }
  trace_.Count("sweeps");
}

void Model::CheckEvents(const std::string& job_id, const std::vector<v1::Event>& events) {
  std::uint64_t last = 0;
  for (const v1::Event& event : events) {
    if (event.sequence() <= last || !sequences_.insert(event.sequence()).second)
      Violation(absl::StrCat("event ", event.sequence(), " of ", job_id, " comes twice, or too late"));
    last = event.sequence();
  }
  if (events.empty() || !HasEnded(events.back().status().state()))
    Violation(absl::StrCat("the events of ", job_id, " do not tell how it ended"));
}

}  // namespace rad
