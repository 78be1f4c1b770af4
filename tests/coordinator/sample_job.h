// sample_job.h: jobs and results for tests.
#pragma once

#include "coordinator/score_table.h"
#include "coordinator/spec_defaults.h"
#include "rad/v1/job.pb.h"
#include "rad/v1/plan.pb.h"
#include "rad/v1/result.pb.h"

namespace rad {

// Top 2 of 8 heads against none and 2 random ones; defaulted and valid.
inline v1::Job SampleJob() {
  v1::Job job;
  job.set_kind(v1::Job::DISTILLATION);
  job.mutable_metadata()->set_name("sample");
  v1::JobSpec& spec = *job.mutable_spec();
  spec.mutable_teacher()->set_path("/models/teacher.gguf");
  spec.mutable_probe()->set_examples(8);
  spec.mutable_student()->set_head_budget(2);
  spec.add_controls()->set_head_budget(0);
  spec.add_controls()->set_placement(v1::Student::RANDOM);
  spec.mutable_data()->add_text("/text/*.txt");
  FillDefaults(job);
  return job;
}

inline v1::Job SampleAblation() {
  v1::Job job;
  job.set_kind(v1::Job::ABLATION);
  job.mutable_metadata()->set_name("ablation");
  job.mutable_spec()->mutable_teacher()->set_path("/models/teacher.gguf");
  job.mutable_spec()->mutable_probe()->set_examples(8);
  FillDefaults(job);
  return job;
}

// 2 layers of 4 heads.
inline v1::TeacherInfo SampleTeacher() {
  v1::TeacherInfo teacher;
  teacher.set_digest("teacher-digest");
  teacher.set_architecture("llama");
  teacher.set_layers(2);
  teacher.set_heads(4);
  teacher.set_kv_heads(2);
  teacher.set_head_dim(8);
  teacher.set_precision(v1::FLOAT32);
  return teacher;
}

// What a worker would find: the teacher is right throughout; head 1.2 costs most, then 0.3, the others
// little.
inline double SampleCost(HeadRef head) {
  if (head == HeadRef{1, 2}) return 5;
  if (head == HeadRef{0, 3}) return 3;
  return 0.01 * (head.layer * 4 + head.head);
}

inline ScoreCell SampleBase() { return {true, 2.0f, -0.1f}; }
inline ScoreCell SampleAblated(HeadRef head) {
  const double cost = SampleCost(head);
  return {cost < 2, static_cast<float>(2 - cost), static_cast<float>(-0.1 - cost)};
}

inline void AddCell(v1::ProbeRun& run, const ScoreCell& cell) {
  run.add_correct(cell.correct);
  run.add_margin(cell.margin);
  run.add_answer_logprob(cell.answer_logprob);
}

inline v1::HeadScores SampleScores(const v1::ScoreHeads& asked) {
  v1::HeadScores scores;
  scores.set_example_begin(asked.example_begin());
  for (std::uint32_t e = asked.example_begin(); asked.heads().empty() && e < asked.example_end(); ++e) {
    AddCell(*scores.mutable_base(), SampleBase());
  }
  for (const v1::Head& head : asked.heads()) {
    v1::HeadScores::Ablated& ablated = *scores.add_ablated();
    *ablated.mutable_head() = head;
    for (std::uint32_t e = asked.example_begin(); e < asked.example_end(); ++e) {
      AddCell(*ablated.mutable_run(), SampleAblated({head.layer(), head.head()}));
    }
  }
  return scores;
}

inline v1::HeadRoles SampleRoles(const v1::ClassifyHeads& asked) {
  v1::HeadRoles roles;
  roles.set_examples(asked.examples());
  for (const v1::Head& head : asked.heads()) {
    v1::HeadRole& role = *roles.add_heads();
    *role.mutable_head() = head;
    role.set_role(v1::HeadRole::GATHER);
    role.set_gather(0.5);
  }
  return roles;
}

}  // namespace rad
