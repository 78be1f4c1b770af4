#include "coordinator/sweep_ledger.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "coordinator/job_state.h"
#include "coordinator/stage_work.h"

namespace rad {
namespace {

constexpr std::uint32_t kMemoryContext = 2048;  // tokens: one of those that are measured

const v1::DecodingMemory* MemoryOf(const v1::Evaluation& evaluation) {
  for (const v1::DecodingMemory& memory : evaluation.memory()) {
    if (memory.context_tokens() == kMemoryContext) return &memory;
  }
  return nullptr;
}

v1::SweepResult ResultOf(const v1::JobRecord& job) {
  const v1::Student& asked = job.job().spec().student();
  const v1::StudentResult& student = StudentNamed(job, asked.name());
  const v1::Evaluation& evaluation = student.evaluation();
  v1::SweepResult result;
  result.set_student(student.name());
  result.set_placement(asked.placement());
  result.set_head_budget(student.kept_size());
  result.set_state_dim(student.state_dim());
  result.set_coverage(student.coverage());
  for (const v1::TaskAccuracy& task : evaluation.tasks()) {
    if (task.task() != v1::Evaluate::KV_RETRIEVAL || result.has_accuracy()) continue;
    *result.mutable_accuracy() = task;
    result.set_kv_accuracy(static_cast<double>(task.correct()) / task.examples());
  }
  result.set_perplexity(evaluation.perplexity());
  result.set_kl(evaluation.kl());
  if (const v1::DecodingMemory* memory = MemoryOf(evaluation); memory != nullptr) {
    result.set_memory_bytes(memory->measured_bytes());
    result.set_memory_context_tokens(memory->context_tokens());
  }
  result.set_tokens(student.align_tokens() + student.distill_tokens());
  result.set_seconds(student.train_seconds());
  return result;
}

std::uint64_t AlignTokens(const v1::JobRecord& job, const v1::StageRecord& stage) {
  for (const v1::StudentResult& student : job.students()) {
    if (Aligns(stage, student)) return student.align_tokens();
  }
  return 0;
}

void CountAlignments(const v1::JobRecord& job, v1::SweepTrial& trial) {
  for (const v1::StageRecord& stage : job.stages()) {
    if (stage.kind() != v1::StageRecord::ALIGN || stage.state() != v1::SUCCEEDED) continue;
    const std::uint64_t tokens = AlignTokens(job, stage);
    trial.set_align_tokens(trial.align_tokens() + tokens);
    trial.set_align_seconds(trial.align_seconds() + stage.seconds());
    if (stage.reused()) continue;
    trial.set_computed_align_tokens(trial.computed_align_tokens() + tokens);
    trial.set_computed_align_seconds(trial.computed_align_seconds() + stage.seconds());
  }
}

StateEvent EventTo(v1::State state) {
  return state == v1::SUCCEEDED ? StateEvent::kFinish
         : state == v1::FAILED  ? StateEvent::kFail
                                : StateEvent::kCancel;
}

}  // namespace

bool HasRunningTrial(const v1::SweepPoint& point) {
  return point.trials_size() > 0 && !IsTerminal(point.trials(point.trials_size() - 1).state());
}

std::uint32_t FinishedRungs(const v1::SweepPoint& point) {
  return std::count_if(point.trials().begin(), point.trials().end(),
                       [](const v1::SweepTrial& trial) { return trial.state() == v1::SUCCEEDED; });
}

void StartTrial(v1::SweepPoint& point, const std::string& job_id, std::uint32_t rung) {
  if (HasRunningTrial(point)) std::abort();
  v1::SweepTrial* trial = point.add_trials();
  trial->set_job_id(job_id);
  trial->set_rung(rung);
  trial->set_state(v1::RUNNING);
  if (point.state() == v1::PENDING) point.set_state(MustNextState(v1::PENDING, StateEvent::kStart));
  point.set_reason(absl::StrCat("runs as ", job_id));
}

void EndTrial(v1::SweepPoint& point, const v1::JobRecord& job, std::uint32_t last_rung) {
  if (!HasRunningTrial(point)) std::abort();
  v1::SweepTrial& trial = *point.mutable_trials(point.trials_size() - 1);
  if (trial.job_id() != job.job_id()) std::abort();
  trial.set_state(job.state());
  CountAlignments(job, trial);
  if (job.state() == v1::SUCCEEDED) {
    *trial.mutable_result() = ResultOf(job);
    *point.mutable_result() = trial.result();
    if (trial.rung() < last_rung) {
      point.set_reason(absl::StrCat("finished rung ", trial.rung(), ": waits for the others"));
      return;
    }
  }
  EndPoint(point, job.state(), absl::StrCat(job.job_id(), ": ", job.reason()));
}

void EndPoint(v1::SweepPoint& point, v1::State state, const std::string& reason) {
  point.set_state(MustNextState(point.state(), EventTo(state)));
  point.set_reason(reason);
}

void RetryPoint(v1::SweepPoint& point) {
  if (point.state() != v1::FAILED) std::abort();
  point.set_state(v1::PENDING);
  point.set_reason("to be tried again");
}

}  // namespace rad
