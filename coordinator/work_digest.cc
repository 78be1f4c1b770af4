#include "coordinator/work_digest.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/str_cat.h"
#include "storage/sha256.h"

namespace rad {
namespace {

// Raised when the worker's code changes the result of this kind of work; stored results are then left aside.
constexpr int kCodeVersions[] = {
    0,  // WORK_NOT_SET
    1,  // inspect
    1,  // score
    1,  // align
    1,  // distill
    1,  // evaluate
    1,  // export
    1,  // classify
};
int CodeVersion(v1::Work::WorkCase kind) { return kCodeVersions[kind]; }

std::string SerializeDeterministic(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

void ClearTeacherPath(v1::Work& work) {
  switch (work.work_case()) {
    case v1::Work::kScore:
      return work.mutable_score()->clear_teacher();
    case v1::Work::kAlign:
      return work.mutable_align()->clear_teacher();
    case v1::Work::kDistill:
      return work.mutable_distill()->clear_teacher();
    case v1::Work::kEvaluate:
      return work.mutable_evaluate()->clear_teacher();
    case v1::Work::kExport:
      return work.mutable_export_()->clear_teacher();
    case v1::Work::kClassify:
      return work.mutable_classify()->clear_teacher();
    case v1::Work::kInspect:
    case v1::Work::WORK_NOT_SET:
      return;
  }
}

}  // namespace

std::string WorkDigest(const v1::Work& work, const std::vector<v1::Input>& inputs) {
  v1::Work named = work;
  ClearTeacherPath(named);
  std::string text =
      absl::StrCat("work ", work.work_case(), " version ", CodeVersion(work.work_case()), "\n");
  for (const v1::Input& input : inputs)
    absl::StrAppend(&text, "input ", input.name(), " ", input.artifact_id(), "\n");
  return Sha256Hex(absl::StrCat(text, SerializeDeterministic(named)));
}

v1::ScoreOrigin ScoreOriginOf(const std::string& teacher_digest, const v1::Probe& probe,
                              v1::Precision precision) {
  v1::ScoreOrigin origin;
  origin.set_teacher_digest(teacher_digest);
  *origin.mutable_probe() = probe;
  origin.mutable_probe()->clear_examples();
  origin.mutable_probe()->clear_min_teacher_accuracy();
  origin.set_code_version(CodeVersion(v1::Work::kScore));
  origin.set_precision(precision);
  return origin;
}

v1::ScoreOrigin ScoreOriginOf(const v1::Work& work) {
  return ScoreOriginOf(work.score().teacher_digest(), work.score().probe(), work.precision());
}

std::string ScoreKey(const v1::ScoreOrigin& origin) {
  return Sha256Hex(absl::StrCat("scores\n", SerializeDeterministic(origin)));
}

}  // namespace rad
