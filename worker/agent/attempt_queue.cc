#include "worker/agent/attempt_queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/agent/log.h"
#include "worker/wire/fence.h"

namespace rad {

void AttemptQueue::Add(const v1::Task& task) {
  const v1::Fence fence = FenceOf(task);
  for (const v1::Fence& known : Fences()) {
    if (SameFence(known, fence)) return;
  }
  waiting_.push_back(task);
  StartNext();
}

bool AttemptQueue::Stop(const v1::Fence& fence, absl::Duration grace) {
  const auto waited =
      std::erase_if(waiting_, [&](const v1::Task& task) { return SameFence(FenceOf(task), fence); });
  if (!running_ || !SameFence(FenceOf(running_->task()), fence)) return waited > 0;
  report_wanted_ = false;
  running_->Stop(grace);
  return true;
}

void AttemptQueue::AskForRoom(const v1::Fence& fence) {
  if (running_ && SameFence(FenceOf(running_->task()), fence)) running_->AskForRoom();
}

void AttemptQueue::StopAll(absl::Duration grace) {
  waiting_.clear();
  if (running_) running_->Stop(grace);
}

void AttemptQueue::Reap() {
  if (running_) running_->Reap();
}

std::vector<v1::Fence> AttemptQueue::Fences() const {
  std::vector<v1::Fence> fences;
  if (running_) fences.push_back(FenceOf(running_->task()));
  for (const v1::Task& task : waiting_) fences.push_back(FenceOf(task));
  return fences;
}

void AttemptQueue::StartNext() {
  while (!running_ && !waiting_.empty()) {
    const v1::Task task = std::move(waiting_.front());
    waiting_.pop_front();
    const auto folder = folder_.MakeAttempt(FenceOf(task));
    if (!folder.ok()) {
      CannotStart(task, folder.status());
      continue;
    }
    auto attempt =
        Attempt::Start(task, *folder, settings_, loop_,
                       {.progressed = events_.progressed,
                        .printed = events_.printed,
                        .finished = [this](v1::TaskFinished report) { Finished(std::move(report)); }});
    if (!attempt.ok()) {
      CannotStart(task, attempt.status());
      continue;
    }
    running_ = std::move(*attempt);
    Log(absl::StrCat("started ", task.stage(), " of job ", task.job_id(), ": task ", task.task_id(),
                     ", attempt ", task.attempt(), ", process ", running_->pid()));
  }
}

void AttemptQueue::Finished(v1::TaskFinished report) {
  events_.finished(std::move(report), report_wanted_);
  running_.reset();
  report_wanted_ = true;
  StartNext();
}

void AttemptQueue::CannotStart(const v1::Task& task, const absl::Status& why) {
  v1::TaskFinished report;
  *report.mutable_fence() = FenceOf(task);
  report.mutable_failure()->set_reason(v1::TaskFailure::FAILED);
  report.mutable_failure()->set_message(std::string(why.message()));
  events_.finished(std::move(report), true);
}

}  // namespace rad
