#include "coordinator/work_digest.h"

#include "absl/strings/str_cat.h"
#include "coordinator/deterministic_bytes.h"
#include "storage/sha256.h"

namespace rad {
namespace {

// Raised when the worker's code changes the result of this kind of work; stored results are then left aside.
constexpr int kCodeVersions[] = {
    0,  // WORK_NOT_SET
    1,  // inspect
    1,  // score
    2,  // align
    2,  // distill
    3,  // evaluate
    2,  // export
    1,  // classify
};
int CodeVersion(v1::Work::WorkCase kind) { return kCodeVersions[kind]; }

void ClearPaths(v1::Probe& probe) {
  probe.clear_text();
  probe.clear_key_file();
  probe.clear_value_file();
}

template <typename Message>
void ClearPathsOfWork(Message& message) {
  message.clear_teacher();
  ClearPaths(*message.mutable_probe());
}

template <typename Message>
void ClearPathsOfTraining(Message& message) {
  ClearPathsOfWork(message);
  message.mutable_data()->clear_text();
  for (v1::DataSource& source : *message.mutable_data()->mutable_sources()) {
    source.clear_text();
    source.clear_jsonl();
    source.clear_tokens();
  }
}

void ClearPaths(v1::Work& work) {
  switch (work.work_case()) {
    case v1::Work::kScore:
      return ClearPathsOfWork(*work.mutable_score());
    case v1::Work::kAlign:
      return ClearPathsOfTraining(*work.mutable_align());
    case v1::Work::kDistill:
      return ClearPathsOfTraining(*work.mutable_distill());
    case v1::Work::kEvaluate:
      work.mutable_evaluate()->mutable_evaluate()->clear_records();
      work.mutable_evaluate()->mutable_evaluate()->clear_definitions();
      return ClearPathsOfTraining(*work.mutable_evaluate());
    case v1::Work::kExport:
      return work.mutable_export_()->clear_teacher();
    case v1::Work::kClassify:
      return ClearPathsOfWork(*work.mutable_classify());
    case v1::Work::kInspect:
    case v1::Work::WORK_NOT_SET:
      return;
  }
}

}  // namespace

std::string WorkDigest(const v1::Work& work, const std::vector<v1::Input>& inputs) {
  v1::Work named = work;
  ClearPaths(named);
  std::string text =
      absl::StrCat("work ", work.work_case(), " version ", CodeVersion(work.work_case()), "\n");
  for (const v1::Input& input : inputs)
    absl::StrAppend(&text, "input ", input.name(), " ", input.artifact_id(), "\n");
  return Sha256Hex(absl::StrCat(text, DeterministicBytes(named)));
}

v1::Probe WhatMakesExamples(v1::Probe probe) {
  probe.clear_examples();
  probe.clear_min_teacher_accuracy();
  probe.clear_name();
  return probe;
}

v1::ScoreOrigin ScoreOriginOf(const std::string& teacher_digest, const v1::Probe& probe,
                              const v1::ProbeFiles& files, v1::Precision precision) {
  v1::ScoreOrigin origin;
  origin.set_teacher_digest(teacher_digest);
  *origin.mutable_probe() = WhatMakesExamples(probe);
  ClearPaths(*origin.mutable_probe());
  *origin.mutable_probe_files() = files;
  origin.set_code_version(CodeVersion(v1::Work::kScore));
  origin.set_precision(precision);
  return origin;
}

v1::ScoreOrigin ScoreOriginOf(const v1::Work& work) {
  const v1::ScoreHeads& score = work.score();
  return ScoreOriginOf(score.teacher_digest(), score.probe(), score.probe_files(), work.precision());
}

std::string ScoreKey(const v1::ScoreOrigin& origin) {
  return Sha256Hex(absl::StrCat("scores\n", DeterministicBytes(origin)));
}

}  // namespace rad
