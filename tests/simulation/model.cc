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

bool IsTraining(const v1::Task& task) { return task.work().has_align() || task.work().has_distill(); }

}  // namespace

v1::Fence MarkOf(const v1::Task& task) {
  v1::Fence fence;
  fence.set_task_id(task.task_id());
  fence.set_attempt(task.attempt());
  fence.set_epoch(task.epoch());
  return fence;
}

std::string TextOf(const v1::Fence& fence) {
  return absl::StrCat("task ", fence.task_id(), " attempt ", fence.attempt(), " epoch ", fence.epoch());
}

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
          absl::StrCat("worker ", worker, " is given ", TextOf(mark), " while it has ", TextOf(held.fence)));
    }
  }
  holds_[worker].push_back({.fence = mark});
  TaskHistory& history = tasks_[task.task_id()];
  if (history.accepted) Violation(absl::StrCat(TextOf(mark), " starts after the task's result was taken"));
  Attempt* attempt = Find(mark);
  if (attempt == nullptr) {
    if (!history.attempts.empty()) {
      const v1::Task& last = history.attempts.back().task;
      if (task.epoch() <= last.epoch() || task.attempt() <= last.attempt())
        Violation(absl::StrCat(TextOf(mark), " starts after ", TextOf(MarkOf(last))));
    }
    attempt = &history.attempts.emplace_back();
    attempt->task = task;
    attempt->life = life_;
    started_.push_back(mark);
  }
  const bool alike = attempt->task.world_size() == task.world_size() &&
                     attempt->task.digest() == task.digest() && attempt->task.job_id() == task.job_id();
  if (!alike) Violation(absl::StrCat("the ranks of ", TextOf(mark), " were not told the same"));
  if (!attempt->by.emplace(task.rank(), worker).second)
    Violation(absl::StrCat("rank ", task.rank(), " of ", TextOf(mark), " starts twice"));
}

void Model::CheckGangs(Witness* witness) {
  for (const v1::Fence& mark : started_) {
    const Attempt& attempt = *Find(mark);
    const std::uint32_t size = std::max(1u, attempt.task.world_size());
    std::set<std::string> workers;
    for (const auto& [rank, worker] : attempt.by) {
      if (rank >= size) Violation(absl::StrCat(TextOf(mark), " has ", size, " ranks and a rank ", rank));
      if (!workers.insert(worker).second)
        Violation(absl::StrCat(TextOf(mark), " has two ranks on worker ", worker));
    }
    if (size > 1) trace_.Count("gangs");
    if (witness == nullptr) continue;  // it died while it told them
    if (attempt.by.size() != size)
      Violation(absl::StrCat(TextOf(mark), " has ", size, " ranks, of which ", attempt.by.size(), " start"));
    const v1::WorkerRange& range =
        Known(attempt.task.job_id(), *witness).status.job().spec().resources().workers();
    const std::uint32_t most = IsTraining(attempt.task) ? std::max(1u, range.max()) : 1;
    if (size > most) Violation(absl::StrCat(TextOf(mark), " starts on ", size, " workers of at most ", most));
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
      Violation(absl::StrCat(TextOf(mark), " may write again after it was refused"));
    if (may_write && &attempt != &history.attempts.back())
      Violation(absl::StrCat(TextOf(mark), " may write after a later attempt started"));
    attempt.may_write = may_write;
    writers += may_write;
  }
  if (writers > 1) Violation(absl::StrCat(writers, " attempts of task ", task_id, " may write at once"));
  if (writers > 0 && history.accepted)
    Violation(absl::StrCat("task ", task_id, " is done and may still write"));
  const auto job = jobs_.find(history.attempts.back().task.job_id());
  if (writers > 0 && job != jobs_.end() && HasEnded(job->second.status.state()))
    Violation(absl::StrCat("task ", task_id, " may write though its job has ended"));
}

void Model::Delivered(const std::string&, const v1::TaskFinished& finished) {
  const Attempt* attempt = Find(finished.fence());
  finish_ = Finish{finished, attempt != nullptr && attempt->may_write};
}

void Model::Wrote(const v1::Fence& fence) {
  const Attempt* attempt = Find(fence);
  if (attempt == nullptr || !attempt->may_write)
    Violation(absl::StrCat("an artifact of ", TextOf(fence), " was taken, which may not write"));
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
  if (attempt.may_write) Violation(absl::StrCat(TextOf(fence), " may write after its result was taken"));
  if (history.accepted) Violation(absl::StrCat("two results of task ", fence.task_id(), " were taken"));
  history.accepted = true;
  ++results;
  trace_.Count("results taken");
  if (attempt.life != life_) trace_.Count("results of attempts that outlived a coordinator");
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
        Violation(absl::StrCat("worker ", worker, " works on ", TextOf(held.fence), " beyond its lease"));
    }
  }
}

}  // namespace rad
