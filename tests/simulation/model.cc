#include "tests/simulation/model.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

// What is stale stays so: attempts of tasks that do not run are looked at now and then only.
constexpr std::uint64_t kCallsBetweenFullChecks = 64;

bool Same(const v1::Fence& a, const v1::Fence& b) {
  return a.task_id() == b.task_id() && a.attempt() == b.attempt() && a.epoch() == b.epoch();
}

v1::Fence MarkOf(const v1::Task& task) {
  v1::Fence fence;
  fence.set_task_id(task.task_id());
  fence.set_attempt(task.attempt());
  fence.set_epoch(task.epoch());
  return fence;
}

std::string Text(const v1::Fence& fence) {
  return absl::StrCat("task ", fence.task_id(), " attempt ", fence.attempt(), " epoch ", fence.epoch());
}

bool Ended(v1::State state) {
  return state == v1::SUCCEEDED || state == v1::FAILED || state == v1::CANCELLED;
}

std::string QueueNamed(const v1::JobStatus& job) {
  return job.job().spec().queue().empty() ? "default" : job.job().spec().queue();
}

bool IsTraining(const v1::Task& task) { return task.work().has_align() || task.work().has_distill(); }

}  // namespace

void Model::Violation(const std::string& what) {
  violations_.push_back(what);
  trace_.Tell(absl::StrCat("VIOLATION: ", what));
}

void Model::Submitted(const v1::JobStatus& job) {
  KnownJob& known = jobs_[job.job_id()];
  if (known.status.job_id().empty()) known.status = job;
  known.acknowledged = true;
}

Model::KnownJob& Model::Known(const std::string& job_id, Witness& witness) {
  KnownJob& known = jobs_[job_id];
  if (known.status.job_id().empty()) known.status = witness.Job(job_id);
  return known;
}

Model::Attempt* Model::Find(const v1::Fence& fence) {
  for (Attempt& attempt : tasks_[fence.task_id()].attempts) {
    if (Same(MarkOf(attempt.task), fence)) return &attempt;
  }
  return nullptr;
}

void Model::CallBegins() {
  started_.clear();
  finish_.reset();
}

void Model::CallEnds(Witness* witness) {
  CheckGangs(witness);
  if (witness != nullptr) CheckWrites(*witness);
  CheckFinish(witness == nullptr);
  if (witness != nullptr) CheckQuotas(*witness);
}

void Model::Restarted(Witness& witness) {
  ++life_;
  queues_.clear();
  for (const v1::Queue& queue : witness.Queues()) queues_[queue.name()] = queue;
  for (const auto& [job_id, known] : jobs_) {
    if (known.acknowledged && witness.Job(job_id).job_id() != job_id)
      Violation(absl::StrCat(job_id, ", acknowledged, is lost after a restart"));
  }
}

void Model::Sent(const std::string& worker, const v1::Directive& directive) {
  if (directive.has_start()) Started(worker, directive.start());
  if (directive.has_acknowledged() && finish_ && Same(finish_->finished.fence(), directive.acknowledged()))
    finish_->acknowledged = true;
  if (!directive.has_stop()) return;
  for (Held& held : holds_[worker]) held.told_to_stop |= Same(held.fence, directive.stop());
}

void Model::Started(const std::string& worker, const v1::Task& task) {
  const v1::Fence mark = MarkOf(task);
  for (const Held& held : holds_[worker]) {
    if (!held.told_to_stop) {
      Violation(
          absl::StrCat("worker ", worker, " is given ", Text(mark), " while it has ", Text(held.fence)));
    }
  }
  holds_[worker].push_back({.fence = mark});
  TaskHistory& history = tasks_[task.task_id()];
  if (history.accepted) Violation(absl::StrCat(Text(mark), " starts after the task's result was taken"));
  Attempt* attempt = Find(mark);
  if (attempt == nullptr) {
    if (!history.attempts.empty()) {
      const v1::Task& last = history.attempts.back().task;
      if (task.epoch() <= last.epoch() || task.attempt() <= last.attempt())
        Violation(absl::StrCat(Text(mark), " starts after ", Text(MarkOf(last))));
    }
    attempt = &history.attempts.emplace_back();
    attempt->task = task;
    attempt->life = life_;
    started_.push_back(mark);
  }
  const bool alike = attempt->task.world_size() == task.world_size() &&
                     attempt->task.digest() == task.digest() && attempt->task.job_id() == task.job_id();
  if (!alike) Violation(absl::StrCat("the ranks of ", Text(mark), " were not told the same"));
  if (!attempt->by.emplace(task.rank(), worker).second)
    Violation(absl::StrCat("rank ", task.rank(), " of ", Text(mark), " starts twice"));
}

void Model::CheckGangs(Witness* witness) {
  for (const v1::Fence& mark : started_) {
    const Attempt& attempt = *Find(mark);
    const std::uint32_t size = std::max(1u, attempt.task.world_size());
    std::set<std::string> workers;
    for (const auto& [rank, worker] : attempt.by) {
      if (rank >= size) Violation(absl::StrCat(Text(mark), " has ", size, " ranks and a rank ", rank));
      if (!workers.insert(worker).second)
        Violation(absl::StrCat(Text(mark), " has two ranks on worker ", worker));
    }
    if (size > 1) trace_.Count("gangs");
    if (witness == nullptr) continue;  // it died while it told them
    if (attempt.by.size() != size)
      Violation(absl::StrCat(Text(mark), " has ", size, " ranks, of which ", attempt.by.size(), " start"));
    const v1::WorkerRange& range =
        Known(attempt.task.job_id(), *witness).status.job().spec().resources().workers();
    const std::uint32_t most = IsTraining(attempt.task) ? std::max(1u, range.max()) : 1;
    if (size > most) Violation(absl::StrCat(Text(mark), " starts on ", size, " workers of at most ", most));
  }
}

void Model::CheckWrites(Witness& witness) {
  const bool all = calls_++ % kCallsBetweenFullChecks == 0;
  for (auto& [task_id, history] : tasks_) {
    if (history.attempts.empty()) continue;
    if (all || history.attempts.back().may_write) CheckWritesOf(task_id, history, witness);
  }
}

void Model::CheckWritesOf(const std::string& task_id, TaskHistory& history, Witness& witness) {
  int writers = 0;
  for (Attempt& attempt : history.attempts) {
    const v1::Fence mark = MarkOf(attempt.task);
    const bool may_write = witness.MayWrite(mark);
    if (may_write && !attempt.may_write)
      Violation(absl::StrCat(Text(mark), " may write again after it was refused"));
    if (may_write && &attempt != &history.attempts.back())
      Violation(absl::StrCat(Text(mark), " may write after a later attempt started"));
    attempt.may_write = may_write;
    writers += may_write;
  }
  if (writers > 1) Violation(absl::StrCat(writers, " attempts of task ", task_id, " may write at once"));
  if (writers > 0 && history.accepted)
    Violation(absl::StrCat("task ", task_id, " is done and may still write"));
  const auto job = jobs_.find(history.attempts.back().task.job_id());
  if (writers > 0 && job != jobs_.end() && Ended(job->second.status.state()))
    Violation(absl::StrCat("task ", task_id, " may write though its job has ended"));
}

void Model::Delivered(const std::string&, const v1::TaskFinished& finished) {
  const Attempt* attempt = Find(finished.fence());
  finish_ = Finish{finished, attempt != nullptr && attempt->may_write};
}

void Model::CheckFinish(bool died) {
  if (!finish_) return;
  const v1::Fence& fence = finish_->finished.fence();
  const bool decides = finish_->finished.has_result() && fence.rank() == 0;
  if (!finish_->could_write) trace_.Count("stale reports");
  if (!decides || !finish_->could_write) return;
  TaskHistory& history = tasks_[fence.task_id()];
  const Attempt& attempt = *Find(fence);
  int& results = jobs_[attempt.task.job_id()].results[attempt.task.stage()];
  if (died) {
    ++results;  // perhaps
    return;
  }
  if (!finish_->acknowledged) return;
  if (attempt.may_write) Violation(absl::StrCat(Text(fence), " may write after its result was taken"));
  if (history.accepted) Violation(absl::StrCat("two results of task ", fence.task_id(), " were taken"));
  history.accepted = true;
  ++results;
  trace_.Count("results taken");
  if (attempt.life != life_) trace_.Count("results of attempts that outlived a coordinator");
}

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
      Violation(absl::StrCat(Text(mark), " starts though queue ", queue, " then holds ", held,
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
    if (!Ended(job.state())) by_queue[QueueNamed(job)].push_back(job);
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

void Model::Works(const std::string& worker, const v1::Fence& fence) {
  for (Held& held : holds_[worker]) held.works |= Same(held.fence, fence);
}

void Model::Dropped(const std::string& worker, const v1::Fence& fence) {
  std::erase_if(holds_[worker], [&](const Held& held) { return Same(held.fence, fence); });
}

void Model::CheckLeases(absl::Duration now) {
  for (const auto& [worker, holds] : holds_) {
    for (const Held& held : holds) {
      if (held.works && heard_[worker] + lease_ < now)
        Violation(absl::StrCat("worker ", worker, " works on ", Text(held.fence), " beyond its lease"));
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
  if (Ended(before) && (after != before || status.reason() != known.status.reason())) {
    Violation(absl::StrCat(status.job_id(), " ended as ", v1::State_Name(before), ", and is now ",
                           v1::State_Name(after), " (", status.reason(), ")"));
  }
  if (before == v1::RUNNING && after == v1::PENDING)
    Violation(absl::StrCat(status.job_id(), " ran, and is now to start"));
  if (Ended(after) && !Ended(before)) {
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
    if (!Ended(job.state()))
      Violation(
          absl::StrCat(job.job_id(), " has not ended: ", v1::State_Name(job.state()), ", ", job.reason()));
  }
  for (const auto& [job_id, known] : jobs_) {
    if (known.acknowledged && !seen.contains(job_id))
      Violation(absl::StrCat(job_id, ", acknowledged, is not there"));
  }
}

void Model::CheckSweep(const v1::SweepStatus& sweep) {
  if (!Ended(sweep.state())) Violation(absl::StrCat(sweep.sweep_id(), " has not ended"));
  for (const v1::SweepPoint& point : sweep.points()) {
    const std::string name = absl::StrCat("point ", point.point(), " of ", sweep.sweep_id());
    if (!Ended(point.state())) Violation(absl::StrCat(name, " has not ended"));
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
  if (events.empty() || !Ended(events.back().status().state()))
    Violation(absl::StrCat("the events of ", job_id, " do not tell how it ended"));
}

}  // namespace rad
