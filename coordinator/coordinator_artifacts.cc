// What workers write into the artifact store, and what becomes of it.
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"
#include "coordinator/log.h"
#include "coordinator/task_attempts.h"

namespace rad {

absl::StatusOr<v1::Task> Coordinator::CheckFence(const v1::Fence& fence) {
  absl::MutexLock lock(&mutex_);
  const Located located = Locate(fence);
  if (!located) return StaleFence(fence);
  if (fence.rank() != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("rank ", fence.rank(), " of task ", fence.task_id(), " wrote what only rank 0 may"));
  }
  return located.place.task->task();
}

void Coordinator::Note(LiveJob& job, const PlanNote& note) {
  Update update(store_.NewChange());
  update.record = job.record;
  update.outcome.notes.push_back(note);
  if (absl::Status status = Apply(job, std::move(update)); !status.ok()) {
    Log(absl::StrCat(job.record.job_id(), "/", note.stage, ": ", note.message,
                     " (not stored: ", status.ToString(), ")"));
  }
}

void Coordinator::ClearSuspicion(Located located) {
  if (located.place.task->lost_workers().empty()) return;
  Update update(store_.NewChange());
  update.record = located.job->record;
  FindTask(update.record, located.place.task->task().task_id()).task->clear_lost_workers();
  if (absl::Status status = Apply(*located.job, std::move(update)); !status.ok()) Log(status.ToString());
}

void Coordinator::NoteCheckpoint(const v1::Fence& fence, std::uint64_t step, const absl::Status& committed) {
  absl::MutexLock lock(&mutex_);
  const bool refused = absl::IsResourceExhausted(committed);
  if (refused) metrics_.CheckpointRefused();
  if (!refused && !committed.ok()) return;
  const Located located = Locate(fence);
  if (!located) return;
  if (!refused) ClearSuspicion(located);
  LiveTask& live = tasks_[fence.task_id()];
  if (live.checkpoints_refused == refused) return;
  live.checkpoints_refused = refused;
  const std::string message =
      refused ? absl::StrCat("checkpoint of step ", step,
                             " refused, the work goes on with the one before: ", committed.message())
              : absl::StrCat("checkpoints are taken again, from step ", step, " on");
  Note(*located.job, {located.place.stage->name(), message});
}

void Coordinator::NoteDamage(const std::string& sha256, const std::vector<v1::Manifest>& artifacts) {
  absl::MutexLock lock(&mutex_);
  metrics_.ChunkDamaged();
  Log(absl::StrCat("chunk ", sha256, " is damaged: dropped, and ", artifacts.size(), " artifacts set aside"));
  for (const v1::Manifest& artifact : artifacts) {
    LiveJob* job = FindJob(artifact.job_id());
    if (job == nullptr) continue;
    Note(*job, {artifact.stage(),
                absl::StrCat("artifact ", artifact.artifact_id(), " (",
                             absl::AsciiStrToLower(v1::Manifest::Kind_Name(artifact.kind())), " of step ",
                             artifact.step(), ") is damaged and set aside: its chunk ", sha256,
                             " is not what was stored")});
  }
}

}  // namespace rad
