#include "coordinator/cli/view/results_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/cli/view/run_report.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// Of 128 examples, with an interval that is no true one.
void AddTask(v1::Evaluation& evaluation, v1::Evaluate::Task kind, int correct, int pairs = 0) {
  v1::TaskAccuracy& task = *evaluation.add_tasks();
  task.set_task(kind);
  task.set_pairs(pairs);
  task.set_examples(128);
  task.set_correct(correct);
  task.set_low(0.25);
  task.set_high(0.875);
}

v1::StudentResult* AddStudent(v1::JobStatus& status, const std::string& name, int correct, double perplexity,
                              std::uint64_t bytes) {
  v1::StudentResult* student = status.add_students();
  student->set_name(name);
  v1::Evaluation& evaluation = *student->mutable_evaluation();
  AddTask(evaluation, v1::Evaluate::KV_RETRIEVAL, correct, 10);
  evaluation.set_text_tokens(4096);
  evaluation.set_perplexity(perplexity);
  student->set_coverage(correct / 106.0);
  v1::DecodingMemory& memory = *evaluation.add_memory();
  memory.set_context_tokens(2048);
  memory.set_formula_bytes(bytes);
  memory.set_measured_bytes(bytes);
  return student;
}

v1::JobStatus Sample() {
  v1::JobStatus status;
  status.mutable_teacher()->set_layers(30);
  status.mutable_teacher()->set_heads(9);
  AddStudent(status, "teacher", 106, 35.5, 47'185'920);
  v1::StudentResult* student = AddStudent(status, "top-5", 105, 63.52, 3'000'000);
  student->set_state_dim(8);
  student->set_align_tokens(20'480);
  student->set_distill_tokens(10'240);
  student->set_train_seconds(312);
  student->mutable_evaluation()->set_kl(0.5123);
  for (int head : {0, 2}) {
    v1::Head* kept = student->add_kept();
    kept->set_layer(16);
    kept->set_head(head);
  }
  return status;
}

TEST(ResultsTable, TeacherAndStudentSideBySide) {
  EXPECT_EQ(ResultsTable(Sample()).ToText(),
            "NAME     KEPT HEADS  N  TOKENS  MINUTES   KV ACCURACY [95%]  COVERAGE  PERPLEXITY     KL\n"
            "teacher     all 270  -       -        -  82.8% [25.0, 87.5]    100.0%        35.5  0.000\n"
            "top-5      2 of 270  8   30.7k      5.2  82.0% [25.0, 87.5]     99.1%        63.5  0.512\n");
  v1::JobStatus small_heads = Sample();
  small_heads.mutable_students(1)->set_head_dim(32);
  EXPECT_THAT(ResultsTable(small_heads).ToText(), HasSubstr("2 of 270  8 (P 32)   30.7k"));
}

TEST(ResultsTable, SeveralTasksHaveATableOfTheirOwn) {
  v1::JobStatus status = Sample();
  EXPECT_THAT(ResultsText(status), Not(HasSubstr("ACCURACY [95%]  KV")));
  for (const bool teacher : {true, false}) {
    v1::Evaluation& evaluation = *status.mutable_students(teacher ? 0 : 1)->mutable_evaluation();
    AddTask(evaluation, v1::Evaluate::KV_RETRIEVAL, teacher ? 64 : 32, 20);
    if (teacher) AddTask(evaluation, v1::Evaluate::RECORD_LOOKUP, 96);  // the student's is not in yet
  }
  const std::string expected =
      "ACCURACY [95%]  KV RETRIEVAL, 10 PAIRS  KV RETRIEVAL, 20 PAIRS       RECORD LOOKUP\n"
      "teacher             82.8% [25.0, 87.5]      50.0% [25.0, 87.5]  75.0% [25.0, 87.5]\n"
      "top-5               82.0% [25.0, 87.5]      25.0% [25.0, 87.5]                   -\n";
  EXPECT_EQ(TasksTable(status).ToText(), expected);
  EXPECT_THAT(ResultsText(status), HasSubstr(expected));
}

TEST(ResultsTable, NoCoverageIsADash) {
  v1::JobStatus status = Sample();
  status.mutable_students(1)->set_coverage(std::nan(""));
  EXPECT_THAT(ResultsTable(status).ToText(), HasSubstr("82.0% [25.0, 87.5]         -"));
}

TEST(ResultsTable, MemoryAgainstTheTeachers) {
  v1::JobStatus status = Sample();
  EXPECT_EQ(DecodingMemoryTable(status).ToText(),
            "DECODING MEMORY   AT 2048 TOKENS\n"
            "teacher                 45.0 MiB\n"
            "top-5            2.86 MiB (6.4%)\n");
  status.mutable_students(1)->mutable_evaluation()->mutable_memory(0)->set_measured_bytes(3'000'001);
  EXPECT_THAT(DecodingMemoryTable(status).ToText(), HasSubstr("2.86 MiB (6.4%) !"));
}

TEST(ResultsTable, WhatIsNotMeasuredYetIsADash) {
  v1::JobStatus status;
  status.add_students()->set_name("teacher");
  status.add_students()->set_name("top-5");
  EXPECT_EQ(ResultsTable(status).ToText(),
            "NAME     KEPT HEADS  N  TOKENS  MINUTES  KV ACCURACY [95%]  COVERAGE  PERPLEXITY  KL\n"
            "teacher         all  -       -        -                  -         -           -   -\n"
            "top-5             0  0       0      0.0                  -         -           -   -\n");
  EXPECT_THAT(ResultsText(status), Not(HasSubstr("DECODING MEMORY")));
}

TEST(RunReport, SaysThatAShortRunLeavesPerplexityBehindOnlyWhereItDoes) {
  v1::JobStatus status = Sample();
  EXPECT_THAT(PerplexityNote(status), HasSubstr("up to 63.5, the teacher's is 35.5"));
  EXPECT_THAT(PerplexityNote(status), HasSubstr("deploy/examples/longer.yaml"));
  status.mutable_students(1)->mutable_evaluation()->set_perplexity(36);
  EXPECT_EQ(PerplexityNote(status), "");
  EXPECT_EQ(PerplexityNote(v1::JobStatus()), "");
}

TEST(RunReport, NamesTheHeadsKeptAndWhatWasReused) {
  v1::JobStatus status = Sample();
  v1::StageStatus* stage = status.add_stages();
  stage->set_reused(true);
  const std::string report = RunReport(status, v1::Ranked());
  EXPECT_THAT(report, HasSubstr("top-5 keeps heads (layer.head): 16.0 16.2\n"));
  EXPECT_THAT(report, HasSubstr("1 of 1 stages had been computed before"));
}

TEST(RunReport, SaysWhatTheKeptHeadsDoWhereItFits) {
  v1::JobStatus status = Sample();
  v1::HeadRole& role = *status.mutable_roles()->add_heads();
  *role.mutable_head() = status.students(1).kept(1);
  role.set_role(v1::HeadRole::AGGREGATE);
  EXPECT_THAT(ResultsText(status), HasSubstr("top-5 keeps heads (layer.head): 16.0, 16.2 aggregate\n"));
  for (int head = 3; head < 23; ++head) {
    v1::Head* kept = status.mutable_students(1)->add_kept();
    kept->set_layer(16);
    kept->set_head(head);
  }
  EXPECT_THAT(ResultsText(status), HasSubstr("top-5 keeps heads (layer.head): 16.0 16.2 16.3 "));
}

}  // namespace
}  // namespace rad::cli
