#include "coordinator/coverage.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rad {
namespace {

v1::Evaluation& Add(v1::Evaluation& evaluation, v1::Evaluate::Task kind, int correct, int pairs = 0) {
  v1::TaskAccuracy& task = *evaluation.add_tasks();
  task.set_task(kind);
  task.set_pairs(pairs);
  task.set_examples(100);
  task.set_correct(correct);
  return evaluation;
}

TEST(Coverage, IsTheMeanOfTheTasksRatios) {
  v1::Evaluation teacher, student;
  Add(teacher, v1::Evaluate::NEEDLE, 80);
  Add(teacher, v1::Evaluate::RECORD_LOOKUP, 50);
  Add(student, v1::Evaluate::NEEDLE, 40);
  Add(student, v1::Evaluate::RECORD_LOOKUP, 60);
  EXPECT_DOUBLE_EQ(Coverage(student, teacher), (0.5 + 1.2) / 2);
  EXPECT_DOUBLE_EQ(Coverage(teacher, teacher), 1);
}

TEST(Coverage, SeveralPairCountsAreOneTask) {
  v1::Evaluation teacher, student;
  Add(Add(teacher, v1::Evaluate::KV_RETRIEVAL, 100, 5), v1::Evaluate::KV_RETRIEVAL, 50, 10);
  Add(Add(student, v1::Evaluate::KV_RETRIEVAL, 100, 5), v1::Evaluate::KV_RETRIEVAL, 25, 10);
  Add(teacher, v1::Evaluate::NEEDLE, 100);
  Add(student, v1::Evaluate::NEEDLE, 0);
  EXPECT_DOUBLE_EQ(Coverage(student, teacher), (0.75 + 0) / 2);
}

TEST(Coverage, LeavesOutKnowledgeAndWhatTheTeacherCannotDo) {
  v1::Evaluation teacher, student;
  Add(teacher, v1::Evaluate::LAST_WORD, 50);
  Add(student, v1::Evaluate::LAST_WORD, 10);
  Add(teacher, v1::Evaluate::DEFINITION_LOOKUP, 0);
  Add(student, v1::Evaluate::DEFINITION_LOOKUP, 3);
  EXPECT_TRUE(std::isnan(Coverage(student, teacher)));
  Add(teacher, v1::Evaluate::NEEDLE, 50);
  Add(student, v1::Evaluate::NEEDLE, 45);
  EXPECT_DOUBLE_EQ(Coverage(student, teacher), 0.9);
}

}  // namespace
}  // namespace rad
