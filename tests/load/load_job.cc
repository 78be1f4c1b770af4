#include "tests/load/load_job.h"

#include "absl/strings/str_cat.h"
#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

constexpr int kRankedEvery = 50;

v1::TeacherInfo LoadTeacher() {
  v1::TeacherInfo teacher = SampleTeacher();
  teacher.set_layers(30);
  teacher.set_heads(9);
  teacher.set_kv_heads(3);
  teacher.set_head_dim(64);
  return teacher;
}

v1::TaskAccuracy AllCorrect() {
  v1::TaskAccuracy accuracy;
  accuracy.set_task(v1::Evaluate::KV_RETRIEVAL);
  accuracy.set_examples(128);
  accuracy.set_correct(128);
  return accuracy;
}

}  // namespace

v1::Job LoadJob(int number) {
  v1::Job job = SampleJob();
  job.mutable_metadata()->set_name(absl::StrCat("load-", number));
  (*job.mutable_metadata()->mutable_labels())["team"] = "load";
  v1::JobSpec& spec = *job.mutable_spec();
  spec.mutable_probe()->set_examples(128);
  spec.mutable_probe()->set_seed(number);
  spec.mutable_data()->set_text(0, absl::StrCat("/data/corpus-", number, "/*.txt"));
  if (number % kRankedEvery == 0) return job;
  spec.mutable_student()->clear_head_budget();
  for (const char* head : {"16.0", "18.6"}) spec.mutable_student()->add_heads(head);
  return job;
}

bool IsShort(const v1::Work& work) {
  return work.has_inspect() || (work.has_score() && work.score().heads().empty());
}

bool PublishesNothing(const v1::Work& work) {
  return work.has_inspect() || work.has_score() || work.has_evaluate();
}

v1::TaskResult AnswerOf(const v1::Work& work) {
  v1::TaskResult result;
  result.set_seconds(1.5);
  if (work.has_inspect()) {
    *result.mutable_teacher() = LoadTeacher();
    result.add_probe_files();
    result.mutable_data_files()->set_data(absl::StrCat("digest of ", work.inspect().data().text(0)));
  }
  if (work.has_score()) *result.mutable_scores() = SampleScores(work.score());
  if (work.has_evaluate()) *result.mutable_evaluation()->add_tasks() = AllCorrect();
  return result;
}

}  // namespace rad
