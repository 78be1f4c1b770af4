#include "coordinator/stage_work.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "coordinator/data_validation.h"
#include "coordinator/job_precision.h"
#include "coordinator/job_probes.h"
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

// The probe without what only the ranking uses, as a digest covers no more than matters.
template <typename Message>
void SetPrompts(const v1::JobRecord& job, Message* message) {
  *message->mutable_probe() = WhatMakesExamples(job.job().spec().probe());
  message->mutable_probe()->clear_seed();
  *message->mutable_probe_files() = ProbeFilesOf(job, 0);
}

// Training knows nothing of what an evaluation asks about.
template <typename Message>
void SetTrainingData(const v1::JobRecord& job, Message* message) {
  *message->mutable_data() = job.job().spec().data();
  message->mutable_data_files()->set_data(job.data_files().data());
}

// Needles are drilled as a dictionary: a text to hide them in would not fit a training sequence.
template <typename Message>
void SetTrainingPrompts(const v1::JobRecord& job, Message* message) {
  SetPrompts(job, message);
  if (message->probe().task() != v1::Probe::NEEDLE) return;
  message->mutable_probe()->set_task(v1::Probe::KV_RETRIEVAL);
  message->mutable_probe()->clear_text();
  message->mutable_probe()->clear_context_tokens();
  message->mutable_probe_files()->clear_text();
}

v1::Input MakeInput(const char* name, const std::string& artifact_id) {
  v1::Input input;
  input.set_name(name);
  input.set_artifact_id(artifact_id);
  return input;
}

// 0 for the teacher's own, however it was asked for: work that is the same has one digest.
std::uint32_t HeadDimOf(const v1::JobRecord& job, std::uint32_t head_dim) {
  return head_dim == job.teacher().head_dim() ? 0 : head_dim;
}

PlannedTask AlignTask(const v1::JobRecord& job, const v1::StageRecord& stage) {
  const v1::JobSpec& spec = job.job().spec();
  PlannedTask task = NewTask(job);
  v1::AlignHeads* align = WithTeacher(job, task.work.mutable_align());
  align->set_state_dim(stage.state_dim());
  align->set_head_dim(HeadDimOf(job, stage.head_dim()));
  SetTrainingPrompts(job, align);
  SetTrainingData(job, align);
  *align->mutable_align() = spec.align();
  if (stage.student().empty()) return task;  // heads: any student's
  const v1::StudentResult& student = StudentNamed(job, stage.student());
  *align->mutable_kept() = student.kept();
  align->set_join(student.join());
  return task;
}

PlannedTask DistillTask(const v1::JobRecord& job, const v1::StageRecord& stage) {
  const v1::JobSpec& spec = job.job().spec();
  const v1::StudentResult& student = StudentNamed(job, stage.student());
  PlannedTask task = NewTask(job);
  v1::DistillStudent* distill = WithTeacher(job, task.work.mutable_distill());
  distill->set_state_dim(student.state_dim());
  distill->set_head_dim(HeadDimOf(job, student.head_dim()));
  *distill->mutable_kept() = student.kept();
  SetTrainingPrompts(job, distill);
  SetTrainingData(job, distill);
  *distill->mutable_distill() = spec.distill();
  distill->set_join(student.join());
  distill->set_aligned_to(spec.align().target());
  const v1::StageRecord& aligned = AlignStageOf(job, student);
  task.inputs.push_back(MakeInput(aligned.student().empty() ? "aligned" : "student", aligned.artifact_id()));
  return task;
}

void AddStudentInput(const v1::JobRecord& job, const v1::StageRecord& stage, PlannedTask& task) {
  task.inputs.push_back(MakeInput("student", StudentNamed(job, stage.student()).artifact_id()));
}

PlannedTask EvaluateTask(const v1::JobRecord& job, const v1::StageRecord& stage) {
  const v1::JobSpec& spec = job.job().spec();
  PlannedTask task = NewTask(job);
  v1::EvaluateModel* evaluate = WithTeacher(job, task.work.mutable_evaluate());
  SetPrompts(job, evaluate);
  *evaluate->mutable_data() = spec.data();
  *evaluate->mutable_data_files() = job.data_files();
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
  v1::InspectTeacher* inspect = task.work.mutable_inspect();
  *inspect->mutable_teacher() = job.job().spec().teacher();
  for (const NamedProbe& named : ProbesOf(job.job().spec())) *inspect->add_probes() = *named.probe;
  if (NamesText(job.job().spec().data())) *inspect->mutable_data() = job.job().spec().data();
  inspect->set_records(job.job().spec().evaluate().records());
  inspect->set_definitions(job.job().spec().evaluate().definitions());
  return task;
}

}  // namespace

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

bool Aligns(const v1::StageRecord& stage, const v1::StudentResult& student) {
  return stage.kind() == v1::StageRecord::ALIGN &&
         (stage.student().empty() || stage.student() == student.name()) &&
         stage.state_dim() == student.state_dim() && stage.head_dim() == student.head_dim();
}

const v1::StageRecord& AlignStageOf(const v1::JobRecord& job, const v1::StudentResult& student) {
  for (const v1::StageRecord& stage : job.stages()) {
    if (Aligns(stage, student)) return stage;
  }
  std::abort();
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
