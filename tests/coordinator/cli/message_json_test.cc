#include "coordinator/cli/view/message_json.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/cli/spec/job_spec.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {
namespace {

v1::Job FullJob() {
  auto spec = ParseSpec(R"(
kind: Distillation
metadata: {name: "yes: no # 'x'", labels: {b: "1", a: "null", e: ""}}
spec:
  teacher: {path: /m/t.gguf}
  student: {head_budget: 0, state_dim: 8, placement: random, seed: 18446744073709551615}
  controls: [{head_budget: 2}, {}]
  data: {text: ["/a b/*.txt"], retrieval_share: 0.1}
  align: {learning_rate: 1e-05}
)",
                        "test", {}, "/");
  EXPECT_TRUE(spec.ok()) << spec.status();
  return std::get<v1::Job>(*spec);
}

TEST(MessageJson, AJobPrintedAsYamlReadsBackEqual) {
  const v1::Job job = FullJob();
  const std::string yaml = ToYaml(ToJson(job, EmptyFields::kDrop));
  auto again = ParseSpec(yaml, "printed", {}, "/");
  ASSERT_TRUE(again.ok()) << again.status() << "\n" << yaml;
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(job, std::get<v1::Job>(*again))) << yaml;
}

TEST(MessageJson, ScriptsGetEveryKeyPeopleOnlyWhatIsSet) {
  v1::StageStatus stage;
  stage.set_name("rank");
  stage.set_state(v1::RUNNING);
  EXPECT_EQ(ToJson(stage, EmptyFields::kDrop).dump(), R"({"name":"rank","state":"running"})");
  EXPECT_EQ(ToJson(stage, EmptyFields::kKeep).dump(),
            R"({"name":"rank","state":"running","reused":false,"seconds":0.0,"tasks_done":0,"tasks_total":0,)"
            R"("restarts":0,"artifact_id":"","worker":"","ranks":[]})");
}

TEST(MessageJson, NumbersAreNumbersAndNotANumberIsNull) {
  v1::Evaluation evaluation;
  evaluation.set_perplexity(std::nan(""));
  evaluation.set_text_tokens(1ull << 60);
  const auto json = ToJson(evaluation, EmptyFields::kDrop);
  EXPECT_TRUE(json["perplexity"].is_null());
  EXPECT_EQ(json["text_tokens"].dump(), "1152921504606846976");
  v1::ProbeRun run;
  run.add_margin(0.1f);
  EXPECT_EQ(ToJson(run, EmptyFields::kDrop)["margin"].dump(), "[0.1]");
}

TEST(MessageJson, MapsComeOutSorted) {
  v1::Progress progress;
  for (const char* kind : {"weights", "rss", "optimizer"}) (*progress.mutable_memory_bytes())[kind] = 1;
  EXPECT_EQ(ToJson(progress, EmptyFields::kDrop)["memory_bytes"].dump(),
            R"({"optimizer":1,"rss":1,"weights":1})");
}

}  // namespace
}  // namespace rad::cli
