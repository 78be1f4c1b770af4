#include "coordinator/stage_result.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/coverage.h"
#include "coordinator/data_validation.h"
#include "coordinator/stage_graph.h"
#include "coordinator/stage_work.h"

namespace rad {
namespace {

// Evaluations come in any order: coverage is set as soon as both a student's and the teacher's are there.
void SetCoverages(v1::JobRecord& job) {
  const v1::StudentResult& teacher = job.students(0);
  if (!teacher.has_evaluation()) return;
  for (v1::StudentResult& student : *job.mutable_students()) {
    if (student.has_evaluation()) student.set_coverage(Coverage(student.evaluation(), teacher.evaluation()));
  }
}

void ApplyAlign(v1::JobRecord& job, const v1::StageRecord& stage, const v1::AlignResult& align) {
  for (v1::StudentResult& student : *job.mutable_students()) {
    if (Aligns(stage, student)) student.set_align_tokens(align.tokens());
  }
}

void ApplyDistill(v1::JobRecord& job, const v1::StageRecord& stage, const v1::TaskResult& result) {
  v1::StudentResult& student = StudentNamed(job, stage.student());
  student.set_distill_tokens(result.distill().tokens());
  student.set_artifact_id(result.artifact_id());
  student.set_train_seconds(AlignStageOf(job, student).seconds() + result.seconds());
}

v1::TaskResult::ResultCase ExpectedCase(v1::Work::WorkCase work) {
  switch (work) {
    case v1::Work::kInspect:
      return v1::TaskResult::kTeacher;
    case v1::Work::kScore:
      return v1::TaskResult::kScores;
    case v1::Work::kAlign:
      return v1::TaskResult::kAlign;
    case v1::Work::kDistill:
      return v1::TaskResult::kDistill;
    case v1::Work::kEvaluate:
      return v1::TaskResult::kEvaluation;
    case v1::Work::kExport:
      return v1::TaskResult::kExport;
    case v1::Work::kClassify:
      return v1::TaskResult::kRoles;
    case v1::Work::WORK_NOT_SET:
      break;
  }
  return v1::TaskResult::RESULT_NOT_SET;
}

bool NeedsArtifact(v1::Work::WorkCase work) {
  return work == v1::Work::kAlign || work == v1::Work::kDistill || work == v1::Work::kExport;
}

// A file without a digest could change and keep its results.
absl::Status CheckProbeFiles(const v1::InspectTeacher& asked, const v1::TaskResult& result) {
  for (int i = 0; i < asked.probes_size(); ++i) {
    const v1::Probe& probe = asked.probes(i);
    const v1::ProbeFiles files = i < result.probe_files_size() ? result.probe_files(i) : v1::ProbeFiles();
    if (probe.text().empty() == files.text().empty() && probe.key_file().empty() == files.keys().empty() &&
        probe.value_file().empty() == files.values().empty()) {
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("the inspection does not say what the files of the probe \"", probe.name(),
                     "\" hold: upgrade the worker"));
  }
  return absl::OkStatus();
}

absl::Status CheckDataFiles(const v1::InspectTeacher& asked, const v1::DataFiles& found) {
  const char* missing = nullptr;
  if (NamesText(asked.data()) && found.data().empty()) missing = "spec.data";
  if (asked.records().empty() != found.records().empty()) missing = "spec.evaluate.records";
  if (asked.definitions().empty() != found.definitions().empty()) missing = "spec.evaluate.definitions";
  if (missing == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the inspection does not say what the files of ", missing, " hold: upgrade the worker"));
}

absl::Status CheckTeacher(const v1::TeacherInfo& teacher) {
  const bool settled = teacher.precision() == v1::BFLOAT16 || teacher.precision() == v1::FLOAT32;
  if (!teacher.digest().empty() && teacher.layers() > 0 && teacher.heads() > 0 && settled)
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the inspected teacher has digest \"", teacher.digest(),
                                                 "\", ", teacher.layers(), " layers, ", teacher.heads(),
                                                 " heads and precision ", teacher.precision()));
}

absl::Status CheckRoles(const v1::ClassifyHeads& asked, const v1::HeadRoles& roles) {
  const auto same = [](const v1::Head& head, const v1::HeadRole& role) {
    return head.layer() == role.head().layer() && head.head() == role.head().head();
  };
  if (std::equal(asked.heads().begin(), asked.heads().end(), roles.heads().begin(), roles.heads().end(),
                 same))
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("roles of ", roles.heads_size(), " heads, not of the ",
                                                 asked.heads_size(), " that were asked for"));
}

}  // namespace

absl::Status CheckResult(const v1::Work& work, const v1::TaskResult& result) {
  if (result.result_case() != ExpectedCase(work.work_case())) {
    return absl::InvalidArgumentError(absl::StrCat("the worker answered work of kind ", work.work_case(),
                                                   " with a result of kind ", result.result_case()));
  }
  if (NeedsArtifact(work.work_case()) && result.artifact_id().empty()) {
    return absl::InvalidArgumentError("the worker finished without publishing an artifact");
  }
  if (work.has_score()) return CheckScores(work.score(), result.scores());
  if (work.has_classify()) return CheckRoles(work.classify(), result.roles());
  if (!work.has_inspect()) return absl::OkStatus();
  absl::Status status = CheckTeacher(result.teacher());
  status.Update(CheckProbeFiles(work.inspect(), result));
  status.Update(CheckDataFiles(work.inspect(), result.data_files()));
  return status;
}

void ApplyResult(v1::JobRecord& job, const v1::StageRecord& stage, const v1::TaskResult& result) {
  switch (stage.kind()) {
    case v1::StageRecord::INSPECT:
      *job.mutable_teacher() = result.teacher();
      *job.mutable_probe_files() = result.probe_files();
      *job.mutable_data_files() = result.data_files();
      break;
    case v1::StageRecord::ALIGN:
      ApplyAlign(job, stage, result.align());
      break;
    case v1::StageRecord::DISTILL:
      ApplyDistill(job, stage, result);
      break;
    case v1::StageRecord::EVALUATE:
      *StudentNamed(job, stage.student()).mutable_evaluation() = result.evaluation();
      SetCoverages(job);
      break;
    case v1::StageRecord::EXPORT:
      StudentNamed(job, stage.student()).set_export_artifact_id(result.artifact_id());
      break;
    case v1::StageRecord::ROLES:
      *job.mutable_roles() = result.roles();
      break;
    default:
      break;
  }
}

void SetKept(v1::StudentResult& student, const std::vector<HeadRef>& kept) {
  student.clear_kept();
  AddHeads(kept, *student.mutable_kept());
}

}  // namespace rad
