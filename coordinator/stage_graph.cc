#include "coordinator/stage_graph.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/head_selection.h"

namespace rad {
namespace {

v1::StageRecord MakeStage(v1::StageRecord::Kind kind, std::string name,
                          const std::vector<std::string>& after) {
  v1::StageRecord stage;
  stage.set_kind(kind);
  stage.set_name(std::move(name));
  for (const std::string& dependency : after) stage.add_after(dependency);
  stage.set_state(v1::PENDING);
  return stage;
}

v1::StageRecord MakeStudentStage(v1::StageRecord::Kind kind, absl::string_view verb,
                                 const std::string& student, const std::vector<std::string>& after) {
  v1::StageRecord stage = MakeStage(kind, absl::StrCat(verb, "/", student), after);
  stage.set_student(student);
  return stage;
}

// State and head dimension of SSM heads; head_dim 0: the teacher's.
struct SsmSize {
  std::uint32_t state_dim = 0, head_dim = 0;
  auto operator<=>(const SsmSize&) const = default;
};
SsmSize SizeOf(const v1::Student& student) { return {student.state_dim(), student.head_dim()}; }

std::set<SsmSize> SizesIn(const v1::Job& job) {
  std::set<SsmSize> sizes;
  for (const NamedStudent& named : StudentsOf(job)) sizes.insert(SizeOf(*named.student));
  return sizes;
}

bool AlignsLayers(const v1::Job& job) { return job.spec().align().target() == v1::Align::LAYER; }

// An Ablation, a ranking that is asked for by its `top`, or a student that the ranking chooses.
bool IsRanked(const v1::Job& job) {
  const std::vector<NamedStudent> students = StudentsOf(job);
  return students.empty() || job.spec().ranking().has_top() ||
         std::any_of(students.begin(), students.end(),
                     [](const NamedStudent& named) { return NeedsRanking(*named.student); });
}

// "align"; where the job has several sizes "align/n8", "align/n8-p32".
std::string HeadsStageName(const v1::Job& job, SsmSize size) {
  if (SizesIn(job).size() == 1) return "align";
  return absl::StrCat("align/n", size.state_dim, size.head_dim > 0 ? absl::StrCat("-p", size.head_dim) : "");
}

std::string AlignStageName(const v1::Job& job, const v1::Student& student) {
  return AlignsLayers(job) ? absl::StrCat("align/", student.name()) : HeadsStageName(job, SizeOf(student));
}

void SetSize(v1::StageRecord& stage, SsmSize size) {
  stage.set_state_dim(size.state_dim);
  stage.set_head_dim(size.head_dim);
}

// Heads are aligned after `before`, which every student's selection comes after too.
std::vector<v1::StageRecord> AlignStages(const v1::Job& job, const std::string& before) {
  std::vector<v1::StageRecord> stages;
  if (AlignsLayers(job)) {
    for (const NamedStudent& named : StudentsOf(job)) {
      stages.push_back(MakeStudentStage(v1::StageRecord::ALIGN, "align", named.student->name(), {"select"}));
      SetSize(stages.back(), SizeOf(*named.student));
    }
    return stages;
  }
  for (const SsmSize size : SizesIn(job)) {
    stages.push_back(MakeStage(v1::StageRecord::ALIGN, HeadsStageName(job, size), {before}));
    SetSize(stages.back(), size);
  }
  return stages;
}

}  // namespace

std::vector<NamedStudent> StudentsOf(const v1::Job& job) {
  if (job.kind() != v1::Job::DISTILLATION) return {};
  std::vector<NamedStudent> students = {{"spec.student", &job.spec().student()}};
  for (int i = 0; i < job.spec().controls_size(); ++i) {
    students.push_back({absl::StrCat("spec.controls[", i, "]"), &job.spec().controls(i)});
  }
  return students;
}

std::vector<v1::StageRecord> PlanStages(const v1::Job& job) {
  using Stage = v1::StageRecord;
  const std::vector<NamedStudent> students = StudentsOf(job);
  std::vector<Stage> stages = {MakeStage(Stage::INSPECT, "inspect", {})};
  if (IsRanked(job)) stages.push_back(MakeStage(Stage::RANK, "rank", {"inspect"}));
  const std::string before = stages.back().name();
  if (students.empty()) {
    stages.push_back(MakeStage(Stage::ROLES, "roles", {before}));
    return stages;
  }
  stages.push_back(MakeStage(Stage::SELECT, "select", {before}));
  for (Stage& stage : AlignStages(job, before)) stages.push_back(std::move(stage));
  for (const NamedStudent& named : students) {
    const v1::Student& student = *named.student;
    stages.push_back(MakeStudentStage(Stage::DISTILL, "distill", student.name(),
                                      {"select", AlignStageName(job, student)}));
  }
  stages.push_back(MakeStudentStage(Stage::EVALUATE, "evaluate", "teacher", {before}));
  for (const NamedStudent& named : students) {
    const std::string& name = named.student->name();
    stages.push_back(MakeStudentStage(Stage::EVALUATE, "evaluate", name, {absl::StrCat("distill/", name)}));
  }
  const std::string& main = job.spec().student().name();
  stages.push_back(MakeStudentStage(Stage::EXPORT, "export", main, {absl::StrCat("distill/", main)}));
  stages.push_back(MakeStage(Stage::ROLES, "roles", {"select"}));
  return stages;
}

v1::JobRecord NewJobRecord(const v1::Job& job) {
  v1::JobRecord record;
  *record.mutable_job() = job;
  record.set_state(v1::PENDING);
  for (v1::StageRecord& stage : PlanStages(job)) *record.add_stages() = std::move(stage);
  const std::vector<NamedStudent> students = StudentsOf(job);
  if (students.empty()) return record;
  record.add_students()->set_name("teacher");
  for (const NamedStudent& named : students) {
    v1::StudentResult* result = record.add_students();
    result->set_name(named.student->name());
    result->set_state_dim(named.student->state_dim());
    result->set_head_dim(named.student->head_dim());
    result->set_join(named.student->join());
  }
  return record;
}

}  // namespace rad
