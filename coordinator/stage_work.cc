#include "coordinator/stage_work.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "coordinator/stage_graph.h"
#include "coordinator/work_digest.h"

namespace rad {
namespace {

// Every work message starts alike.
template <typename Message>
Message* WithTeacher(const v1::JobRecord& job, Message* message) {
  *message->mutable_teacher() = job.job().spec().teacher();
  message->set_teacher_digest(job.teacher().digest());
  return message;
}

// What the probe says about prompts, without what only the ranking uses: a digest covers no more than
// matters.
v1::Probe Prompts(const v1::Probe& probe) {
  v1::Probe prompts;
  prompts.set_template_(probe.template_());
  prompts.set_pairs(probe.pairs());
  return prompts;
}

v1::Input MakeInput(const char* name, const std::string& artifact_id) {
  v1::Input input;
  input.set_name(name);
  input.set_artifact_id(artifact_id);
  return input;
}

PlannedTask AlignTask(const v1::JobRecord& job, const v1::StageRecord& stage) {
  const v1::JobSpec& spec = job.job().spec();
  PlannedTask task = NewTask(job);
  v1::AlignHeads* align = WithTeacher(job, task.work.mutable_align());
  align->set_state_dim(stage.state_dim());
  *align->mutable_probe() = Prompts(spec.probe());
  *align->mutable_data() = spec.data();
  *align->mutable_align() = spec.align();
  return task;
}

PlannedTask DistillTask(const v1::JobRecord& job, const v1::StageRecord& stage) {
  const v1::JobSpec& spec = job.job().spec();
  const v1::StudentResult& student = StudentNamed(job, stage.student());
  PlannedTask task = NewTask(job);
  v1::DistillStudent* distill = WithTeacher(job, task.work.mutable_distill());
  distill->set_state_dim(student.state_dim());
  *distill->mutable_kept() = student.kept();
  *distill->mutable_probe() = Prompts(spec.probe());
  *distill->mutable_data() = spec.data();
  *distill->mutable_distill() = spec.distill();
  const std::string aligned = AlignStageName(job.job(), student.state_dim());
  task.inputs.push_back(MakeInput("aligned", StageNamed(job, aligned).artifact_id()));
  return task;
}

void AddStudentInput(const v1::JobRecord& job, const v1::StageRecord& stage, PlannedTask& task) {
  task.inputs.push_back(MakeInput("student", StudentNamed(job, stage.student()).artifact_id()));
}

PlannedTask EvaluateTask(const v1::JobRecord& job, const v1::StageRecord& stage) {
  const v1::JobSpec& spec = job.job().spec();
  PlannedTask task = NewTask(job);
  v1::EvaluateModel* evaluate = WithTeacher(job, task.work.mutable_evaluate());
  *evaluate->mutable_probe() = Prompts(spec.probe());
  *evaluate->mutable_data() = spec.data();
  *evaluate->mutable_evaluate() = spec.evaluate();
  if (stage.student() != "teacher") AddStudentInput(job, stage, task);
  return task;
}

PlannedTask ExportTask(const v1::JobRecord& job, const v1::StageRecord& stage) {
  PlannedTask task = NewTask(job);
  WithTeacher(job, task.work.mutable_export_());
  AddStudentInput(job, stage, task);
  return task;
}

PlannedTask InspectTask(const v1::JobRecord& job) {
  PlannedTask task;
  *task.work.mutable_inspect()->mutable_teacher() = job.job().spec().teacher();
  return task;
}

}  // namespace

v1::Precision PrecisionOf(const v1::JobRecord& job) {
  const v1::Precision asked = job.job().spec().precision();
  return asked == v1::AUTO ? job.teacher().precision() : asked;
}

v1::ScoreOrigin ScoreOriginOf(const v1::JobRecord& job) {
  return ScoreOriginOf(job.teacher().digest(), job.job().spec().probe(), PrecisionOf(job));
}

void AddHeads(const std::vector<HeadRef>& heads, google::protobuf::RepeatedPtrField<v1::Head>& list) {
  for (const HeadRef& ref : heads) {
    v1::Head& head = *list.Add();
    head.set_layer(ref.layer);
    head.set_head(ref.head);
  }
}

PlannedTask NewTask(const v1::JobRecord& job) {
  PlannedTask task;
  task.work.set_precision(PrecisionOf(job));
  return task;
}

PlannedTask TaskOfStage(const v1::JobRecord& job, const v1::StageRecord& stage) {
  switch (stage.kind()) {
    case v1::StageRecord::INSPECT:
      return InspectTask(job);
    case v1::StageRecord::ALIGN:
      return AlignTask(job, stage);
    case v1::StageRecord::DISTILL:
      return DistillTask(job, stage);
    case v1::StageRecord::EVALUATE:
      return EvaluateTask(job, stage);
    case v1::StageRecord::EXPORT:
      return ExportTask(job, stage);
    default:
      std::abort();
  }
}

const v1::StageRecord& StageNamed(const v1::JobRecord& job, absl::string_view name) {
  for (const v1::StageRecord& stage : job.stages()) {
    if (stage.name() == name) return stage;
  }
  std::abort();
}

v1::StudentResult& StudentNamed(v1::JobRecord& job, absl::string_view name) {
  for (v1::StudentResult& student : *job.mutable_students()) {
    if (student.name() == name) return student;
  }
  std::abort();
}

const v1::StudentResult& StudentNamed(const v1::JobRecord& job, absl::string_view name) {
  return StudentNamed(const_cast<v1::JobRecord&>(job), name);
}

}  // namespace rad
