#include "worker/tasks/spec.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

v1::Probe PaperProbe() {
  v1::Probe probe;
  probe.set_template_(v1::Probe::PAPER);
  probe.set_pairs(20);
  probe.set_seed(5);
  return probe;
}

TEST(SpecTest, AProbeIsAskedInTheSplitOfItsUse) {
  const auto spec = ProbeOf(PaperProbe(), ProbeSplit::kEvaluate, 9);
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->prompt, ProbeTemplate::kPaper);
  EXPECT_EQ(spec->pairs, 20);
  EXPECT_EQ(spec->seed, 9u);
  EXPECT_EQ(spec->split, ProbeSplit::kEvaluate);
}

TEST(SpecTest, AProbeHasTheSettingsOfItsTask) {
  v1::Probe probe = PaperProbe();
  probe.set_task(v1::Probe::MULTI_VALUE);
  probe.set_values_per_key(3);
  EXPECT_EQ(ProbeOf(probe, ProbeSplit::kRank, 0)->task, ProbeTask::kMultiValue);
  EXPECT_EQ(ProbeOf(probe, ProbeSplit::kRank, 0)->values_per_key, 3);
  probe.set_task(v1::Probe::NEEDLE);
  probe.set_context_tokens(300);
  EXPECT_EQ(ProbeOf(probe, ProbeSplit::kRank, 0)->task, ProbeTask::kNeedle);
  EXPECT_EQ(ProbeOf(probe, ProbeSplit::kRank, 0)->context_tokens, 300);
  probe.set_task(static_cast<v1::Probe::Task>(9));
  EXPECT_EQ(ProbeOf(probe, ProbeSplit::kRank, 0).status().message(),
            "probe.task: 9 is unknown to this worker; use KV_RETRIEVAL, MULTI_VALUE or NEEDLE");
}

TEST(SpecTest, AnUnknownTemplateIsNamed) {
  v1::Probe probe = PaperProbe();
  probe.set_template_(static_cast<v1::Probe::Template>(9));
  const auto spec = ProbeOf(probe, ProbeSplit::kRank, 0);
  EXPECT_EQ(spec.status().message(), "probe.template: 9 is unknown to this worker; use QA or PAPER");
}

TEST(SpecTest, APrecisionIsTakenAsSettledAndNeverChosenHere) {
  EXPECT_EQ(PrecisionOf(v1::BFLOAT16).value(), Precision::kBfloat16);
  EXPECT_EQ(PrecisionOf(v1::FLOAT32).value(), Precision::kFloat32);
  for (const v1::Precision unsettled : {v1::PRECISION_UNSPECIFIED, v1::AUTO})
    EXPECT_TRUE(absl::IsInvalidArgument(PrecisionOf(unsettled).status()));
}

TEST(SpecTest, TrainingPromptsAreTrainingsOwn) {
  v1::Data data;
  data.add_text("/a/*.txt");
  data.set_retrieval_share(0.25);
  data.set_sequence_tokens(64);
  data.set_held_out_share(0.2);
  data.set_seed(7);
  const DataSpec spec = DataOf(data, *ProbeOf(PaperProbe(), ProbeSplit::kEvaluate, 1));
  EXPECT_EQ(spec.text, std::vector<std::string>{"/a/*.txt"});
  EXPECT_EQ(spec.retrieval_share, 0.25);
  EXPECT_EQ(spec.sequence_tokens, 64);
  EXPECT_EQ(spec.held_out_share, 0.2);
  EXPECT_EQ(spec.prompts.split, ProbeSplit::kTrain);
  EXPECT_EQ(spec.prompts.seed, 7u);
}

TEST(SpecTest, SourcesKeepTheirKindAndWeight) {
  v1::Data data;
  v1::DataSource& lines = *data.add_sources();
  lines.set_jsonl("/a/*.jsonl");
  lines.set_field("body");
  lines.set_weight(3);
  data.add_sources()->set_tokens("/a/*.tokens");
  data.add_sources()->set_text("/a/*.txt");
  const DataSpec spec = DataOf(data, {});
  ASSERT_EQ(spec.sources.size(), 3u);
  EXPECT_EQ(spec.sources[0].kind, DataSource::Kind::kJsonl);
  EXPECT_EQ(spec.sources[0].globs, std::vector<std::string>{"/a/*.jsonl"});
  EXPECT_EQ(spec.sources[0].field, "body");
  EXPECT_EQ(spec.sources[0].weight, 3);
  EXPECT_EQ(spec.sources[1].kind, DataSource::Kind::kTokens);
  EXPECT_EQ(spec.sources[2].kind, DataSource::Kind::kText);
}

TEST(SpecTest, JoinsAndTargetsThatWereNotAskedForAreTheOldOnes) {
  EXPECT_EQ(*JoinOf(v1::Student::JOIN_UNSPECIFIED), Join::kReplace);
  EXPECT_EQ(*JoinOf(v1::Student::ADAPTER), Join::kAdapter);
  EXPECT_EQ(*JoinOf(v1::Student::SUM), Join::kSum);
  EXPECT_EQ(*TargetOf(v1::Align::TARGET_UNSPECIFIED), AlignTarget::kHead);
  EXPECT_EQ(*TargetOf(v1::Align::LAYER), AlignTarget::kLayer);
  EXPECT_EQ(JoinOf(static_cast<v1::Student::Join>(9)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SpecTest, HeadsAreASortedSet) {
  google::protobuf::RepeatedPtrField<v1::Head> heads;
  for (const auto& [layer, head] : {std::pair{2, 1}, {0, 3}, {2, 1}}) {
    heads.Add()->set_layer(layer);
    heads.rbegin()->set_head(head);
  }
  EXPECT_EQ(HeadsOf(heads), (std::vector<HeadId>{{0, 3}, {2, 1}}));
}

}  // namespace
}  // namespace rad
