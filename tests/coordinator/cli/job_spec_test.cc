#include "coordinator/cli/spec/job_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace rad::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<v1::Job> Parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  auto spec = ParseSpec(text, "job.yaml", overrides, "/home/me");
  if (!spec.ok()) return spec.status();
  return std::get<v1::Job>(*spec);
}

std::string ErrorOf(const std::string& text) {
  auto job = Parse(text);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(job.status().message());
}

std::string Spec(const std::string& line) {
  return absl::StrCat("kind: Distillation\nspec:\n  ", line, "\n");
}

TEST(JobSpec, MapsEveryKindOfField) {
  auto job = Parse(R"(
kind: Distillation
metadata: {name: trial, labels: {team: nlp, size: 135M}}
spec:
  teacher: {path: models/t.gguf}
  probe: {template: qa, pairs: 10, seed: 18446744073709551615, min_teacher_accuracy: 0.5}
  ranking: {method: race}
  student: {head_budget: 5, state_dim: 8, placement: top}
  controls:
    - {head_budget: 0}
    - {head_budget: 5, placement: random, seed: 3}
  data: {text: [text/*.txt, /abs/b.txt], retrieval_share: .5}
  align: {tokens: 200k, learning_rate: 1e-3}
  distill: {tokens: 1_000}
  queue: research
  priority: -50
  resources: {worker_labels: {zone: a}}
)");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec().priority(), -50);
  EXPECT_EQ(job->spec().resources().worker_labels().at("zone"), "a");
  EXPECT_EQ(job->kind(), v1::Job::DISTILLATION);
  EXPECT_EQ(job->metadata().labels().at("size"), "135M");
  const v1::JobSpec& spec = job->spec();
  EXPECT_EQ(spec.probe().template_(), v1::Probe::QA);
  EXPECT_EQ(spec.probe().seed(), 18446744073709551615u);
  EXPECT_EQ(spec.ranking().method(), v1::Ranking::RACE);
  ASSERT_EQ(spec.controls_size(), 2);
  EXPECT_TRUE(spec.controls(0).has_head_budget());
  EXPECT_FALSE(spec.controls(0).has_state_dim());
  EXPECT_EQ(spec.controls(1).placement(), v1::Student::RANDOM);
  EXPECT_EQ(spec.align().tokens(), 200'000u);
  EXPECT_DOUBLE_EQ(spec.align().learning_rate(), 1e-3);
  EXPECT_EQ(spec.distill().tokens(), 1000u);
  EXPECT_FALSE(spec.has_evaluate());
}

// A head looks like a number; 16.10 must not become 16.1.
TEST(JobSpec, HeadsAreTakenAsWritten) {
  auto job = Parse(Spec("student: {heads: [16.0, 16.10, '1.2']}"));
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_THAT(job->spec().student().heads(), ElementsAre("16.0", "16.10", "1.2"));
}

TEST(JobSpec, MakesRelativePathsAbsolute) {
  auto job = Parse("spec: {teacher: {path: ../m/t.gguf}, data: {text: [a/*.txt, /b/*.txt]}}");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec().teacher().path(), "/home/m/t.gguf");
  EXPECT_THAT(job->spec().data().text(), ElementsAre("/home/me/a/*.txt", "/b/*.txt"));
}

TEST(JobSpec, MakesFilesOfProbesAbsolute) {
  auto job = Parse("spec: {probe: {task: needle, text: a.txt, key_file: k}, probes: [{value_file: ../v}]}");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec().probe().task(), v1::Probe::NEEDLE);
  EXPECT_EQ(job->spec().probe().text(), "/home/me/a.txt");
  EXPECT_EQ(job->spec().probe().key_file(), "/home/me/k");
  EXPECT_EQ(job->spec().probe().value_file(), "");
  EXPECT_EQ(job->spec().probes(0).value_file(), "/home/v");
}

TEST(JobSpec, TakesTheTasksOfAnEvaluation) {
  auto job = Parse(Spec("evaluate: {tasks: [kv_retrieval, needle], pairs: [5, 20], records: r.txt}"));
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_THAT(job->spec().evaluate().tasks(), ElementsAre(v1::Evaluate::KV_RETRIEVAL, v1::Evaluate::NEEDLE));
  EXPECT_THAT(job->spec().evaluate().pairs(), ElementsAre(5, 20));
  EXPECT_EQ(job->spec().evaluate().records(), "/home/me/r.txt");
  EXPECT_THAT(ErrorOf(Spec("evaluate: {tasks: [needles]}")), HasSubstr("did you mean 'needle'?"));
}

TEST(JobSpec, TakesTheSourcesOfData) {
  const auto job =
      Parse(Spec("data: {sources: [{jsonl: web/*.jsonl, weight: 3}, {tokens: /shards/*.tokens}]}"));
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec().data().sources(0).jsonl(), "/home/me/web/*.jsonl");
  EXPECT_EQ(job->spec().data().sources(0).weight(), 3);
  EXPECT_EQ(job->spec().data().sources(1).tokens(), "/shards/*.tokens");
}

TEST(JobSpec, AnUnknownKeySaysWhereAndWhatWasMeant) {
  EXPECT_EQ(ErrorOf(Spec("student: {head_budgte: 5}")),
            "job.yaml:3:13: unknown key 'head_budgte' in spec.student; did you mean 'head_budget'?");
  EXPECT_THAT(ErrorOf("kinds: Ablation\n"),
              HasSubstr("unknown key 'kinds' in the document; did you mean 'kind'?"));
  EXPECT_THAT(ErrorOf(Spec("student: {zzzzzzzz: 5}")),
              HasSubstr("known are: head_budget, state_dim, placement, seed, name"));
  EXPECT_THAT(ErrorOf(Spec("controls: [{}, {placment: top}]")),
              HasSubstr("in spec.controls[1]; did you mean"));
  EXPECT_THAT(ErrorOf(absl::StrCat("k", std::string(100'000, 'x'), ": 1\n")), HasSubstr("job.yaml:1:"));
}

TEST(JobSpec, AWrongValueSaysWhatIsExpected) {
  EXPECT_EQ(ErrorOf(Spec("student: {head_budget: five}")),
            "job.yaml:3:26: spec.student.head_budget must be a whole number from 0, like 128, 200k or 2M, "
            "not 'five'");
  EXPECT_THAT(ErrorOf(Spec("student: {head_budget: -5}")), HasSubstr("whole number from 0"));
  EXPECT_THAT(ErrorOf(Spec("student: {head_budget: '5'}")), HasSubstr("not the text '5'"));
  EXPECT_THAT(ErrorOf(Spec("student: {head_budget: 5.5}")), HasSubstr("whole number"));
  EXPECT_THAT(ErrorOf(Spec("student: {head_budget: 5G}")), HasSubstr("is at most 4294967295"));
  EXPECT_THAT(ErrorOf(Spec("student: {head_budget: [5]}")), HasSubstr("not a list"));
  EXPECT_THAT(ErrorOf(Spec("student: {head_budget: }")), HasSubstr("has no value"));
  EXPECT_THAT(ErrorOf(Spec("align: {tokens: 18446744073709551616}")), HasSubstr("whole number"));
  EXPECT_THAT(ErrorOf(Spec("align: {learning_rate: fast}")), HasSubstr("must be a number"));
  EXPECT_THAT(ErrorOf(Spec("align: {learning_rate: nan}")), HasSubstr("must be a number"));
  EXPECT_THAT(ErrorOf(Spec("align: {learning_rate: 0x10}")), HasSubstr("must be a number"));
  EXPECT_THAT(ErrorOf(Spec("student: 5")), HasSubstr("spec.student must be a map of head_budget"));
  EXPECT_THAT(ErrorOf(Spec("controls: {head_budget: 5}")),
              HasSubstr("spec.controls must be a list, not a map"));
  EXPECT_THAT(ErrorOf(Spec("data: {text: a.txt}")),
              HasSubstr("spec.data.text must be a list, not a single value"));
  EXPECT_THAT(ErrorOf("metadata: {labels: [a]}\n"), HasSubstr("metadata.labels must be a map of words"));
  EXPECT_THAT(ErrorOf("[1, 2]\n"), HasSubstr("the document must be a map of kind, metadata, spec"));
  EXPECT_THAT(ErrorOf(Spec("student: {name: \"" + std::string(1000, 'n') +
                           "\", placement: " + std::string(1000, 'p') + "}")),
              HasSubstr("pppp...'"));
}

TEST(JobSpec, APriorityIsAWholeNumberOfEitherSign) {
  EXPECT_THAT(ErrorOf(Spec("priority: urgent")),
              HasSubstr("spec.priority must be a whole number, like 50 or -50, not 'urgent'"));
  EXPECT_THAT(ErrorOf(Spec("priority: 1.5")), HasSubstr("spec.priority must be a whole number"));
}

TEST(JobSpec, EnumsAreLowerCaseWordsOfAnyCase) {
  EXPECT_EQ(Parse("kind: ABLATION\n")->kind(), v1::Job::ABLATION);
  EXPECT_THAT(ErrorOf("kind: Distilation\n"), HasSubstr("kind must be one of Ablation, Distillation, Sweep, "
                                                        "not 'Distilation'; did you mean 'Distillation'?"));
  EXPECT_THAT(ErrorOf("kind: KIND_UNSPECIFIED\n"), HasSubstr("must be one of"));
  EXPECT_THAT(ErrorOf("kind: 1\n"), HasSubstr("must be one of"));
}

TEST(JobSpec, TextMustBeUtf8) {
  EXPECT_THAT(ErrorOf("metadata: {name: \"\xc3\x28\"}\n"), HasSubstr("metadata.name"));
  EXPECT_THAT(ErrorOf("metadata: {name: \"\xed\xa0\x80\"}\n"), HasSubstr("metadata.name"));
  auto job = Parse("metadata: {name: Zo\xc3\xab}\n");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->metadata().name(), "Zo\xc3\xab");
}

TEST(JobSpec, AnEmptyDocumentAndAMissingFileAreErrorsOfUse) {
  EXPECT_THAT(ErrorOf("# nothing\n"), HasSubstr("the document is empty"));
  auto missing = ReadSpec("/no/such/file.yaml", {});
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("no such file: /no/such/file.yaml"));
  EXPECT_THAT(std::string(ReadSpec("/", {}).status().message()), HasSubstr("is a folder"));
}

TEST(JobSpec, OverridesWinOverTheFile) {
  auto job = Parse(Spec("student: {head_budget: 5, state_dim: 8}"), {"student.head_budget=10"});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec().student().head_budget(), 10u);
  EXPECT_EQ(job->spec().student().state_dim(), 8u);
}

}  // namespace
}  // namespace rad::cli
