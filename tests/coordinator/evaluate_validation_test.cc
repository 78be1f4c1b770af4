#include "coordinator/evaluate_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A job whose evaluation is still as it was written.
v1::Job Written() {
  v1::Job job = SampleJob();
  job.mutable_spec()->clear_evaluate();
  return job;
}

std::vector<std::string> Faults(v1::Job job) {
  FillDefaults(job);
  Violations found;
  CheckEvaluate(job.spec(), found);
  std::vector<std::string> faults;
  for (const Violation& violation : found.list())
    faults.push_back(absl::StrCat(violation.field, " ", violation.description));
  return faults;
}

TEST(EvaluateDefaults, AreTheProbeAndPerplexityWhereThereIsText) {
  v1::Job job = Written();
  FillDefaults(job);
  EXPECT_THAT(job.spec().evaluate().tasks(),
              ElementsAre(v1::Evaluate::KV_RETRIEVAL, v1::Evaluate::PERPLEXITY));
  EXPECT_THAT(job.spec().evaluate().pairs(), ElementsAre(10));
  EXPECT_EQ(job.spec().evaluate().text_tokens(), 4096u);

  job = Written();
  job.mutable_spec()->mutable_evaluate()->set_text_tokens(0);
  FillDefaults(job);
  EXPECT_THAT(job.spec().evaluate().tasks(), ElementsAre(v1::Evaluate::KV_RETRIEVAL));
}

TEST(EvaluateDefaults, TasksThatAreWrittenStay) {
  v1::Job job = Written();
  job.mutable_spec()->mutable_evaluate()->add_tasks(v1::Evaluate::NEEDLE);
  EXPECT_THAT(Faults(job), ElementsAre());
  FillDefaults(job);
  EXPECT_THAT(job.spec().evaluate().tasks(), ElementsAre(v1::Evaluate::NEEDLE));
  EXPECT_EQ(job.spec().evaluate().text_tokens(), 0u);
  EXPECT_EQ(job.spec().evaluate().pairs_size(), 0);
}

TEST(EvaluateValidation, EveryTaskWithWhatItNeedsIsFine) {
  v1::Job job = Written();
  v1::Evaluate& evaluate = *job.mutable_spec()->mutable_evaluate();
  for (int task = v1::Evaluate::KV_RETRIEVAL; task <= v1::Evaluate::PERPLEXITY; ++task)
    evaluate.add_tasks(static_cast<v1::Evaluate::Task>(task));
  for (const int pairs : {5, 10, 20}) evaluate.add_pairs(pairs);
  evaluate.set_records("/data/records.txt");
  evaluate.set_definitions("/data/definitions.txt");
  EXPECT_THAT(Faults(job), ElementsAre());
}

TEST(EvaluateValidation, AFileBelongsToItsTask) {
  v1::Job job = Written();
  v1::Evaluate& evaluate = *job.mutable_spec()->mutable_evaluate();
  evaluate.add_tasks(v1::Evaluate::RECORD_LOOKUP);
  evaluate.add_pairs(5);
  evaluate.set_definitions("/data/definitions.txt");
  EXPECT_THAT(Faults(job),
              UnorderedElementsAre(
                  "spec.evaluate.records is missing; record_lookup needs a file of `key: value` lines",
                  HasSubstr("spec.evaluate.definitions is \"/data/definitions.txt\", a file for "
                            "definition_lookup, which spec.evaluate.tasks lacks"),
                  HasSubstr("spec.evaluate.pairs are of kv_retrieval")));
  evaluate.clear_pairs();
  evaluate.clear_definitions();
  evaluate.set_records("records.txt");
  EXPECT_THAT(Faults(job),
              ElementsAre(HasSubstr("spec.evaluate.records is \"records.txt\", which is relative")));
}

TEST(EvaluateValidation, NumbersInRangeAndListedOnce) {
  v1::Job job = Written();
  v1::Evaluate& evaluate = *job.mutable_spec()->mutable_evaluate();
  for (int i = 0; i < 2; ++i) evaluate.add_tasks(v1::Evaluate::KV_RETRIEVAL);
  for (const int pairs : {101, 5, 5}) evaluate.add_pairs(pairs);
  evaluate.set_context_tokens(10);
  EXPECT_THAT(Faults(job), UnorderedElementsAre(
                               HasSubstr("spec.evaluate.tasks[1] is kv_retrieval, which is listed before"),
                               "spec.evaluate.pairs[0] is 101; give 1 to 100",
                               HasSubstr("spec.evaluate.pairs[2] is 5, which is listed before"),
                               "spec.evaluate.context_tokens is 10; give 64 to 1048576"));
}

TEST(EvaluateValidation, TextIsWhereTextIsRead) {
  v1::Job job = Written();
  job.mutable_spec()->mutable_evaluate()->add_tasks(v1::Evaluate::LAST_WORD);
  job.mutable_spec()->mutable_data()->set_held_out_share(0);
  EXPECT_THAT(Faults(job), ElementsAre(HasSubstr("spec.data.held_out_share is 0, but last_word")));
  job.mutable_spec()->mutable_data()->clear_text();
  EXPECT_THAT(Faults(job),
              ElementsAre(HasSubstr("spec.evaluate.tasks has last_word, which needs spec.data.text")));
}

TEST(EvaluateValidation, TextTokensAreOfPerplexity) {
  v1::Job job = Written();
  job.mutable_spec()->mutable_evaluate()->add_tasks(v1::Evaluate::KV_RETRIEVAL);
  job.mutable_spec()->mutable_evaluate()->set_text_tokens(100);
  EXPECT_THAT(Faults(job),
              ElementsAre(HasSubstr("spec.evaluate.text_tokens is 100, but spec.evaluate.tasks has no "
                                    "perplexity")));
}

}  // namespace
}  // namespace rad
