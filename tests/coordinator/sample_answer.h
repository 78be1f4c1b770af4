// sample_answer.h: what a worker that computes nothing answers to a task; what is to be published is another
// affair.
#pragma once

#include "rad/v1/plan.pb.h"
#include "rad/v1/result.pb.h"
#include "tests/coordinator/sample_job.h"

namespace rad {

inline v1::TaskResult SampleAnswer(const v1::Task& task) {
  const v1::Work& work = task.work();
  v1::TaskResult result;
  result.set_seconds(1.5);
  if (work.has_inspect()) {
    *result.mutable_teacher() = SampleTeacher();
    result.add_probe_files();
    result.mutable_data_files()->set_data("digest of the data");
  }
  if (work.has_score()) *result.mutable_scores() = SampleScores(work.score());
  if (work.has_align()) result.mutable_align()->set_tokens(20'000);
  if (work.has_distill()) result.mutable_distill()->set_tokens(10'000);
  if (work.has_export_()) result.mutable_export_()->set_parameters(1000);
  if (work.has_classify()) *result.mutable_roles() = SampleRoles(work.classify());
  if (work.has_evaluate()) {
    v1::TaskAccuracy& accuracy = *result.mutable_evaluation()->add_tasks();
    accuracy.set_task(v1::Evaluate::KV_RETRIEVAL);
    accuracy.set_examples(128);
    accuracy.set_correct(task.inputs().empty() ? 100 : 99);
  }
  return result;
}

}  // namespace rad
