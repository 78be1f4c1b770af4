#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "coordinator/bad_request.h"
#include "coordinator/spec_defaults.h"
#include "coordinator/spec_validation.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Fields(const v1::Job& job) {
  std::vector<std::string> fields;
  const Violations found = ValidateJob(job);
  for (const Violation& violation : found.list()) fields.push_back(violation.field);
  return fields;
}

TEST(SpecDefaults, AMinimalJobBecomesAValidOne) {
  EXPECT_THAT(Fields(SampleJob()), ElementsAre());
  EXPECT_THAT(Fields(SampleAblation()), ElementsAre());
}

TEST(SpecDefaults, WhatIsWrittenStaysEvenWhenItIsZero) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_student()->set_head_budget(0);
  job.mutable_spec()->mutable_probe()->set_min_teacher_accuracy(0);
  FillDefaults(job);
  EXPECT_EQ(job.spec().student().head_budget(), 0u);
  EXPECT_EQ(job.spec().probe().min_teacher_accuracy(), 0);
}

TEST(SpecDefaults, FillingTwiceIsFillingOnce) {
  v1::Job twice = SampleJob();
  FillDefaults(twice);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(twice, SampleJob()));
}

TEST(SpecDefaults, ControlsAreLikeTheStudentButForWhatTheySay) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_student()->set_state_dim(32);
  job.mutable_spec()->mutable_student()->set_head_dim(16);
  job.mutable_spec()->clear_controls();
  job.mutable_spec()->add_controls()->set_placement(v1::Student::RANDOM);
  FillDefaults(job);
  EXPECT_EQ(job.spec().controls(0).state_dim(), 32u);
  EXPECT_EQ(job.spec().controls(0).head_dim(), 16u);
  EXPECT_EQ(job.spec().controls(0).head_budget(), 2u);
  EXPECT_EQ(job.spec().controls(0).name(), "random-2");
}

TEST(SpecDefaults, NamesDifferWhereStudentsDo) {
  v1::Job job = SampleJob();
  job.mutable_spec()->clear_controls();
  job.mutable_spec()->add_controls()->set_state_dim(64);
  job.mutable_spec()->add_controls()->set_placement(v1::Student::RANDOM);
  v1::Student* other_draw = job.mutable_spec()->add_controls();
  other_draw->set_placement(v1::Student::RANDOM);
  other_draw->set_seed(2);
  job.mutable_spec()->add_controls()->set_head_dim(4);
  FillDefaults(job);
  EXPECT_EQ(job.spec().controls(0).name(), "top-2-n64");
  EXPECT_EQ(job.spec().controls(1).name(), "random-2");
  EXPECT_EQ(job.spec().controls(2).name(), "random-2-seed2");
  EXPECT_EQ(job.spec().controls(3).name(), "top-2-p4");
  EXPECT_THAT(Fields(job), ElementsAre());
}

TEST(SpecValidation, NamesEveryFaultAtOnce) {
  v1::Job job = SampleJob();
  v1::JobSpec& spec = *job.mutable_spec();
  job.mutable_metadata()->set_name("no spaces, please");
  spec.mutable_teacher()->set_path("relative.gguf");
  spec.mutable_probe()->set_pairs(0);
  spec.mutable_probe()->set_min_teacher_accuracy(std::numeric_limits<double>::quiet_NaN());
  spec.mutable_student()->set_state_dim(0);
  spec.mutable_controls(0)->set_name("top-2");
  spec.mutable_data()->set_held_out_share(1);
  spec.mutable_align()->set_learning_rate(0);
  spec.mutable_distill()->set_temperature(-1);
  spec.mutable_resources()->set_max_workers(0);
  EXPECT_THAT(Fields(job), UnorderedElementsAre("metadata.name", "spec.teacher.path", "spec.probe.pairs",
                                                "spec.probe.min_teacher_accuracy", "spec.student.state_dim",
                                                "spec.controls[0].name", "spec.data.held_out_share",
                                                "spec.align.learning_rate", "spec.distill.temperature",
                                                "spec.resources.max_workers"));
}

TEST(SpecDefaults, ATrainingRunIsOnOneWorkerUnlessTheJobSaysOtherwise) {
  EXPECT_EQ(SampleJob().spec().resources().workers().min(), 1u);
  EXPECT_EQ(SampleJob().spec().resources().workers().max(), 1u);
  v1::Job job;
  job.set_kind(v1::Job::DISTILLATION);
  job.mutable_spec()->mutable_resources()->mutable_workers()->set_min(3);
  FillDefaults(job);
  EXPECT_EQ(job.spec().resources().workers().max(), 3u);
}

TEST(SpecValidation, WorkersOfATrainingRun) {
  v1::Job job = SampleJob();
  v1::WorkerRange& workers = *job.mutable_spec()->mutable_resources()->mutable_workers();
  workers.set_max(3);
  EXPECT_THAT(Fields(job), ElementsAre());
  workers.set_max(4);  // batches have three sequences
  EXPECT_THAT(Fields(job), ElementsAre("spec.resources.workers.max"));
  workers.set_max(2);
  workers.set_min(3);
  EXPECT_THAT(Fields(job), ElementsAre("spec.resources.workers.min"));
  workers.set_min(2);
  job.mutable_spec()->mutable_resources()->set_max_workers(1);
  EXPECT_THAT(Fields(job), ElementsAre("spec.resources.workers.min"));
}

TEST(SpecDefaults, ADistillationIsTheDistanceOfDistributionsAloneUnlessTheJobSaysOtherwise) {
  const v1::Job job = SampleJob();
  const v1::Distill& distill = job.spec().distill();
  EXPECT_EQ(distill.next_token_weight(), 0);
  EXPECT_EQ(distill.hidden_weight(), 0);
  EXPECT_EQ(distill.weight_decay(), 0);
  EXPECT_EQ(distill.micro_batch_sequences(), distill.batch_sequences());
  EXPECT_EQ(distill.train(), v1::MIXERS);
  EXPECT_FALSE(distill.recompute());
  EXPECT_FALSE(distill.shard_optimizer());
}

TEST(SpecValidation, TermsAndMemoryOfADistillation) {
  v1::Job job = SampleJob();
  v1::Distill& distill = *job.mutable_spec()->mutable_distill();
  distill.set_next_token_weight(-1);
  distill.set_hidden_weight(std::numeric_limits<double>::quiet_NaN());
  distill.set_weight_decay(11);
  distill.set_micro_batch_sequences(4);  // batches have three
  distill.set_shard_optimizer(true);     // over one worker
  EXPECT_THAT(Fields(job),
              UnorderedElementsAre("spec.distill.next_token_weight", "spec.distill.hidden_weight",
                                   "spec.distill.weight_decay", "spec.distill.micro_batch_sequences",
                                   "spec.distill.shard_optimizer"));
  distill.set_next_token_weight(0.5);
  distill.set_hidden_weight(1);
  distill.set_weight_decay(0.1);
  distill.set_micro_batch_sequences(1);
  job.mutable_spec()->mutable_resources()->mutable_workers()->set_max(2);
  EXPECT_THAT(Fields(job), ElementsAre());
}

TEST(SpecValidation, TextIsNeededUnlessAllIsSynthetic) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_data()->clear_text();
  EXPECT_THAT(Fields(job), UnorderedElementsAre("spec.data.text", "spec.evaluate.text_tokens"));
  job.mutable_spec()->mutable_data()->set_retrieval_share(1);
  job.mutable_spec()->clear_evaluate();
  FillDefaults(job);
  EXPECT_THAT(Fields(job), ElementsAre());
  EXPECT_EQ(job.spec().evaluate().text_tokens(), 0u);
}

TEST(SpecDefaults, ASourceCountsOnceAndItsTextIsCalledText) {
  v1::Job job = SampleJob();
  v1::Data& data = *job.mutable_spec()->mutable_data();
  data.clear_text();
  data.add_sources()->set_jsonl("/web/*.jsonl");
  data.add_sources()->set_tokens("/math/*.tokens");
  FillDefaults(job);
  EXPECT_EQ(data.sources(0).weight(), 1);
  EXPECT_EQ(data.sources(0).field(), "text");
  EXPECT_EQ(data.sources(1).field(), "");
  EXPECT_EQ(data.teacher_share(), 0);
  EXPECT_THAT(Fields(job), ElementsAre());
}

TEST(SpecValidation, ASourceIsOfOneKindAndWeighsSomething) {
  v1::Job job = SampleJob();
  v1::Data& data = *job.mutable_spec()->mutable_data();
  v1::DataSource& two = *data.add_sources();
  two.set_jsonl("/web/*.jsonl");
  two.set_text("relative.txt");
  v1::DataSource& none = *data.add_sources();
  none.set_field("body");
  data.add_sources()->set_tokens("/a.tokens");
  FillDefaults(job);
  data.mutable_sources(2)->set_weight(0);
  EXPECT_THAT(Fields(job), UnorderedElementsAre("spec.data.sources[0].text", "spec.data.sources[0]",
                                                "spec.data.sources[1]", "spec.data.sources[1].field",
                                                "spec.data.sources[2].weight", "spec.data.sources"));
}

TEST(SpecValidation, SharesOfSequencesAreOfAWhole) {
  v1::Job job = SampleJob();
  v1::Data& data = *job.mutable_spec()->mutable_data();
  data.set_teacher_share(0.6);
  EXPECT_THAT(Fields(job), ElementsAre("spec.data.teacher_share"));
  data.set_teacher_share(0.5);
  data.clear_text();
  job.mutable_spec()->clear_evaluate();
  FillDefaults(job);
  EXPECT_THAT(Fields(job), ElementsAre());
  data.set_teacher_share(1.5);
  EXPECT_THAT(Fields(job), ElementsAre("spec.data.teacher_share"));
}

TEST(SpecValidation, AnAblationTrainsNothing) {
  v1::Job job = SampleAblation();
  job.mutable_spec()->mutable_student()->set_head_budget(5);
  job.mutable_spec()->mutable_align();
  EXPECT_THAT(Fields(job), ElementsAre("spec.student", "spec.align"));
}

TEST(SpecValidation, ARankingNeedsAnErrorProbabilityAndHeadsToName) {
  v1::Job job = SampleAblation();
  EXPECT_EQ(job.spec().ranking().method(), v1::Ranking::RACE);
  EXPECT_EQ(job.spec().ranking().by(), v1::Ranking::LOGPROB);
  EXPECT_EQ(job.spec().ranking().top(), 5u);
  job.mutable_spec()->mutable_ranking()->set_delta(0.9);
  job.mutable_spec()->mutable_ranking()->set_top(0);
  job.mutable_spec()->mutable_probe()->set_examples(1);
  EXPECT_THAT(Fields(job),
              UnorderedElementsAre("spec.ranking.delta", "spec.ranking.top", "spec.probe.examples"));
}

v1::Probe Needle() {
  v1::Probe probe;
  probe.set_task(v1::Probe::NEEDLE);
  probe.set_text("/text/*.txt");
  return probe;
}

TEST(SpecDefaults, AProbeIsFilledByItsTaskAndNamed) {
  v1::Job job = SampleAblation();
  v1::JobSpec& spec = *job.mutable_spec();
  spec.add_probes()->set_task(v1::Probe::MULTI_VALUE);
  *spec.add_probes() = Needle();
  *spec.add_probes() = Needle();
  FillDefaults(job);
  EXPECT_EQ(spec.probe().task(), v1::Probe::KV_RETRIEVAL);
  EXPECT_EQ(spec.probe().name(), "kv_retrieval");
  EXPECT_EQ(spec.probes(0).values_per_key(), 2u);
  EXPECT_EQ(spec.probes(0).examples(), spec.probe().examples());
  EXPECT_EQ(spec.probes(1).context_tokens(), 256u);
  EXPECT_EQ(spec.probes(1).pairs(), 4u);
  EXPECT_EQ(spec.probes(2).name(), "needle-2");
  EXPECT_EQ(spec.ranking().combine(), v1::Ranking::MEAN);
  EXPECT_THAT(Fields(job), ElementsAre());
}

TEST(SpecValidation, ANeedleNeedsATextAndRoomForIt) {
  v1::Job job = SampleAblation();
  v1::Probe& probe = *job.mutable_spec()->mutable_probe();
  probe.set_task(v1::Probe::NEEDLE);
  probe.set_context_tokens(8);
  EXPECT_THAT(Fields(job), UnorderedElementsAre("spec.probe.text", "spec.probe.context_tokens"));
  probe.set_text("relative.txt");
  EXPECT_THAT(Fields(job), UnorderedElementsAre("spec.probe.text", "spec.probe.context_tokens"));
}

TEST(SpecValidation, WhatAnotherTaskIsForIsRefused) {
  v1::Job job = SampleAblation();
  v1::Probe& probe = *job.mutable_spec()->mutable_probe();
  probe.set_text("/text/*.txt");
  probe.set_context_tokens(256);
  probe.set_values_per_key(2);
  EXPECT_THAT(Fields(job), UnorderedElementsAre("spec.probe.text", "spec.probe.context_tokens",
                                                "spec.probe.values_per_key"));
}

TEST(SpecValidation, ProbesDifferInNameAndHaveEquallyManyExamples) {
  v1::Job job = SampleAblation();
  v1::JobSpec& spec = *job.mutable_spec();
  v1::Probe& second = *spec.add_probes();
  second.set_name("kv_retrieval");
  second.set_examples(9);
  second.set_key_file("words.txt");
  FillDefaults(job);
  EXPECT_THAT(Fields(job), UnorderedElementsAre("spec.probes[0].name", "spec.probes[0].examples",
                                                "spec.probes[0].key_file"));
}

TEST(SpecValidation, BuiltInNumbersEndAUsersFilesDoNot) {
  v1::Job job = SampleAblation();
  v1::Probe& probe = *job.mutable_spec()->mutable_probe();
  probe.set_task(v1::Probe::MULTI_VALUE);
  probe.set_pairs(40);
  probe.set_values_per_key(3);
  EXPECT_THAT(Fields(job), ElementsAre("spec.probe.values_per_key"));
  probe.set_pairs(101);
  probe.set_key_file("/words");
  probe.set_value_file("/more");
  EXPECT_THAT(Fields(job), ElementsAre());
}

TEST(SpecValidation, WarmUpAndDecayFitIntoTheSteps) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_distill()->set_warmup_share(0.75);
  const Violations found = ValidateJob(job);
  ASSERT_EQ(found.list().size(), 1u);
  EXPECT_EQ(found.list()[0].field, "spec.distill.decay_share");
}

TEST(SpecValidation, QueuePriorityAndResourcesMustBePossible) {
  v1::Job job = SampleAblation();
  EXPECT_EQ(job.spec().queue(), "default");
  job.mutable_spec()->set_queue("research");
  EXPECT_THAT(Fields(job), ElementsAre("spec.queue"));
  EXPECT_TRUE(ValidateJob(job, {"research"}).empty());
  job.mutable_spec()->set_queue("default");
  job.mutable_spec()->set_priority(-1001);
  v1::Resources& resources = *job.mutable_spec()->mutable_resources();
  resources.set_device("gpu");
  (*resources.mutable_worker_labels())["zone"] = "";
  (*resources.mutable_worker_labels())["no name"] = "x";
  EXPECT_THAT(Fields(job), UnorderedElementsAre("spec.priority", "spec.resources.device",
                                                "spec.resources.worker_labels.zone",
                                                "spec.resources.worker_labels.no name"));
}

TEST(SpecValidation, PrecisionIsSettledLaterUnlessItIsWritten) {
  v1::Job job = SampleAblation();
  EXPECT_EQ(job.spec().precision(), v1::AUTO);
  job.mutable_spec()->set_precision(v1::BFLOAT16);
  EXPECT_THAT(Fields(job), ElementsAre());
  job.mutable_spec()->set_precision(static_cast<v1::Precision>(9));
  EXPECT_THAT(Fields(job), ElementsAre("spec.precision"));
}

TEST(SpecValidation, KindIsNeeded) {
  v1::Job job = SampleAblation();
  job.clear_kind();
  EXPECT_THAT(Fields(job), ElementsAre("kind"));
}

TEST(BadRequest, CarriesFieldsInDetailsAndWords) {
  Violations violations;
  violations.Add("spec.probe.pairs", "is 0; give 1 to 100");
  const grpc::Status status = BadRequestStatus(violations);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("spec.probe.pairs is 0; give 1 to 100"));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(details.details(0).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "spec.probe.pairs");
}

TEST(BadRequest, FitsIntoTrailingMetadataHoweverManyFaults) {
  Violations violations;
  for (int i = 0; i < 500; ++i) violations.Add(absl::StrCat("spec.controls[", i, "].name"), "is taken");
  const grpc::Status status = BadRequestStatus(violations);
  EXPECT_LT(status.error_message().size() + status.error_details().size() * 4 / 3, 8000u);
  EXPECT_THAT(status.error_message(), HasSubstr("more"));
}

}  // namespace
}  // namespace rad
