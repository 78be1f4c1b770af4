#include "worker/ablation/score_task.h"
#include "worker/tasks/probe_files.h"
#include "worker/tasks/spec.h"
#include "worker/tasks/teacher_check.h"
#include "worker/tasks/work.h"

namespace rad {
namespace {

v1::ProbeRun ToProto(const ProbeRun& run) {
  v1::ProbeRun message;
  message.mutable_correct()->Assign(run.correct.begin(), run.correct.end());
  message.mutable_margin()->Assign(run.margin.begin(), run.margin.end());
  message.mutable_answer_logprob()->Assign(run.answer_logprob.begin(), run.answer_logprob.end());
  return message;
}

}  // namespace

absl::StatusOr<v1::HeadScores> Score(const v1::ScoreHeads& work, Precision precision, TaskHost& host) {
  const auto probe = CheckedProbe(work.probe(), work.probe_files(), ProbeSplit::kRank, work.probe().seed());
  if (!probe.ok()) return probe.status();
  const auto teacher = CheckedTeacher(work.teacher(), work.teacher_digest());
  if (!teacher.ok()) return teacher.status();
  const auto scores = RunScoreTask({.teacher = *teacher,
                                    .precision = precision,
                                    .probe = *probe,
                                    .example_begin = static_cast<int>(work.example_begin()),
                                    .example_end = static_cast<int>(work.example_end()),
                                    .heads = HeadsOf(work.heads())},
                                   host);
  if (!scores.ok()) return scores.status();
  v1::HeadScores message;
  message.set_example_begin(work.example_begin());
  if (work.heads().empty()) *message.mutable_base() = ToProto(scores->base);
  for (const auto& [head, run] : scores->ablated) {
    v1::HeadScores::Ablated* ablated = message.add_ablated();
    ablated->mutable_head()->set_layer(static_cast<std::uint32_t>(head.layer));
    ablated->mutable_head()->set_head(static_cast<std::uint32_t>(head.head));
    *ablated->mutable_run() = ToProto(run);
  }
  return message;
}

}  // namespace rad
