#include "coordinator/sweep_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "coordinator/sweep_job.h"
#include "coordinator/sweep_validation.h"
#include "tests/coordinator/sample_sweep.h"

namespace rad {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "4 0": the words of a point's settings.
std::vector<std::string> Words(const v1::Sweep& sweep) {
  std::vector<std::string> texts;
  for (const v1::SweepPoint& point : ExpandPoints(sweep.spec())) {
    std::string& text = texts.emplace_back();
    for (const v1::FieldSetting& setting : point.settings())
      absl::StrAppend(&text, text.empty() ? "" : " ", setting.words(0));
  }
  return texts;
}

v1::Sweep RandomSweep(std::uint32_t points, std::uint64_t seed) {
  v1::Sweep sweep = BareSweep();
  AddAxis(sweep, "student.head_budget", {"0", "1", "2"});
  v1::SweepAxis& rate = *sweep.mutable_spec()->add_axes();
  rate.set_path("distill.learning_rate");
  rate.mutable_range()->set_min(1e-4);
  rate.mutable_range()->set_max(1e-2);
  rate.mutable_range()->set_scale(v1::ValueRange::LOG);
  v1::Search& search = *sweep.mutable_spec()->mutable_search();
  search.set_method(v1::Search::RANDOM);
  search.set_points(points);
  search.set_seed(seed);
  FillSweepDefaults(sweep);
  return sweep;
}

std::vector<std::string> Mistakes(v1::Sweep sweep) {
  FillSweepDefaults(sweep);
  std::vector<std::string> texts;
  const Violations found = ValidateSweep(sweep);
  for (const Violation& one : found.list()) texts.push_back(absl::StrCat(one.field, " ", one.description));
  return texts;
}

TEST(SweepPoints, AGridsLastAxisVariesFastest) {
  EXPECT_THAT(Words(SampleSweep()), ElementsAre("4 0", "4 2", "8 0", "8 2"));
  EXPECT_EQ(CountPoints(SampleSweep().spec()), 4u);
}

TEST(SweepPoints, AListIsAsWritten) {
  v1::Sweep sweep = BareSweep();
  for (const char* budget : {"5", "0", "5"}) {
    v1::FieldSetting& setting = *sweep.mutable_spec()->add_points()->add_settings();
    setting.set_path("student.head_budget");
    setting.add_words(budget);
  }
  FillSweepDefaults(sweep);
  EXPECT_EQ(sweep.spec().search().method(), v1::Search::LIST);
  EXPECT_THAT(Words(sweep), ElementsAre("5", "0", "5"));
}

TEST(SweepPoints, ADrawDependsOnItsSeedAlone) {
  EXPECT_EQ(Words(RandomSweep(20, 7)), Words(RandomSweep(20, 7)));
  EXPECT_NE(Words(RandomSweep(20, 7)), Words(RandomSweep(20, 8)));
}

TEST(SweepPoints, DrawsStayInTheirRangesAndAreSpreadOverALogarithmicOne) {
  int low = 0;
  for (const v1::SweepPoint& point : ExpandPoints(RandomSweep(400, 1).spec())) {
    double rate = 0;
    ASSERT_TRUE(absl::SimpleAtod(point.settings(1).words(0), &rate));
    EXPECT_GE(rate, 1e-4);
    EXPECT_LE(rate, 1e-2);
    low += rate < 1e-3;
  }
  EXPECT_GT(low, 160);  // half of them, on average
  EXPECT_LT(low, 240);
}

TEST(SweepPoints, DrawsAreUnlikeWhileThereAreOthers) {
  v1::Sweep sweep = BareSweep();
  AddAxis(sweep, "student.head_budget", {"0", "1", "2"});
  sweep.mutable_spec()->mutable_search()->set_method(v1::Search::RANDOM);
  sweep.mutable_spec()->mutable_search()->set_points(3);
  FillSweepDefaults(sweep);
  const std::vector<std::string> words = Words(sweep);
  EXPECT_EQ(std::set<std::string>(words.begin(), words.end()).size(), 3u);
}

TEST(SweepJob, SetsThePointsFieldsOverTheTemplate) {
  const v1::Sweep sweep = SampleSweep();
  const absl::StatusOr<v1::Job> job = JobOfPoint(sweep, "sweep-1", ExpandPoints(sweep.spec())[1], 0);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->metadata().name(), "grid-2");
  EXPECT_EQ(job->metadata().labels().at("sweep"), "sweep-1");
  EXPECT_EQ(job->spec().student().state_dim(), 4u);
  EXPECT_EQ(job->spec().student().head_budget(), 2u);
  EXPECT_EQ(job->spec().student().name(), "top-2");  // defaulted
}

TEST(SweepJob, LowerRungsTrainOnFewerTokens) {
  v1::Sweep sweep = SampleSweep();
  sweep.mutable_spec()->mutable_template_()->mutable_distill()->set_tokens(9000);
  sweep.mutable_spec()->mutable_search()->mutable_early_stop()->set_divisor(3);
  FillSweepDefaults(sweep);
  std::vector<std::uint64_t> tokens;
  for (std::uint32_t rung = 0; rung <= LastRung(sweep.spec()); ++rung)
    tokens.push_back(JobOfPoint(sweep, "", ExpandPoints(sweep.spec())[0], rung)->spec().distill().tokens());
  EXPECT_THAT(tokens, ElementsAre(1000, 3000, 9000));
}

TEST(SweepValidation, AValidSweepHasNoMistakes) {
  EXPECT_THAT(Mistakes(SampleSweep()), IsEmpty());
  EXPECT_THAT(Mistakes(RandomSweep(5, 1)), IsEmpty());
}

TEST(SweepValidation, TheFirstPointWithAMistakeIsNamedOnce) {
  v1::Sweep sweep = BareSweep();
  AddAxis(sweep, "student.state_dim", {"4", "0"});
  AddAxis(sweep, "student.head_budget", {"0", "2"});
  EXPECT_THAT(Mistakes(sweep), ElementsAre("spec.student.state_dim is 0; give 1 to 1024 (point 3)"));
}

TEST(SweepValidation, FieldsValuesAndMethodsAreChecked) {
  v1::Sweep typo = BareSweep();
  AddAxis(typo, "student.budget", {"0"});
  EXPECT_THAT(Mistakes(typo), Contains(HasSubstr("\"budget\" is not one of head_budget")));
  v1::Sweep word = BareSweep();
  AddAxis(word, "student.head_budget", {"few"});
  EXPECT_THAT(Mistakes(word), Contains(HasSubstr("point 1: student.head_budget is \"few\"")));
  EXPECT_THAT(Mistakes(BareSweep()), Contains(HasSubstr("spec.parameters is empty")));
  v1::Sweep large = BareSweep();
  std::vector<std::string> many(40, "1");
  AddAxis(large, "student.head_budget", many);
  AddAxis(large, "student.state_dim", many);
  EXPECT_THAT(Mistakes(large), Contains(HasSubstr("makes more than 1000 points")));
  v1::Sweep goal = SampleSweep();
  goal.mutable_spec()->mutable_search()->mutable_early_stop()->set_metric(v1::VAL_KL);
  goal.mutable_spec()->mutable_search()->mutable_early_stop()->set_goal(v1::EarlyStop::MAX);
  EXPECT_THAT(Mistakes(goal), Contains(HasSubstr("would keep the worst points by val_kl")));
  v1::Sweep unsized = RandomSweep(0, 1);
  EXPECT_THAT(Mistakes(unsized), Contains(HasSubstr("spec.search.points is missing")));
}

}  // namespace
}  // namespace rad
