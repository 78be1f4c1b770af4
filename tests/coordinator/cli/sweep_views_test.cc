#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "coordinator/cli/view/coverage_svg.h"
#include "coordinator/cli/view/sweep_json.h"
#include "coordinator/cli/view/sweep_tables.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// Two points with results, one that failed.
v1::SweepStatus Study() {
  v1::SweepStatus status;
  status.mutable_sweep()->mutable_metadata()->set_name("a<b");
  for (std::uint32_t number : {1, 2, 3}) {
    v1::SweepPoint& point = *status.add_points();
    point.set_point(number);
    v1::FieldSetting& setting = *point.add_settings();
    setting.set_path("student.head_budget");
    setting.add_words(number == 1 ? "5" : "0");
    point.set_state(number == 3 ? v1::FAILED : v1::SUCCEEDED);
    point.set_reason(number == 3 ? "job-3: it diverged" : "all stages done");
    if (number == 3) break;
    v1::SweepResult& result = *point.mutable_result();
    result.set_placement(number == 1 ? v1::Student::TOP : v1::Student::RANDOM);
    result.set_head_budget(number == 1 ? 5 : 0);
    result.set_state_dim(8);
    result.set_coverage(number == 1 ? 1.22 : 0.05);
    result.set_kv_accuracy(0.78);
    result.mutable_accuracy()->set_examples(128);
    result.mutable_accuracy()->set_correct(100);
    result.mutable_accuracy()->set_low(0.702);
    result.mutable_accuracy()->set_high(0.844);
    result.set_perplexity(number == 1 ? 57 : std::numeric_limits<double>::quiet_NaN());
    result.set_memory_bytes(number == 1 ? 2'500'000 : 400'000);
    result.set_memory_context_tokens(2048);
    result.set_tokens(56'800);
    result.set_seconds(96);
  }
  status.add_pareto(2);
  status.add_pareto(1);
  status.set_best(1);
  status.set_metric(v1::COVERAGE);
  status.mutable_align()->set_alignments(1);
  status.mutable_align()->set_computed_tokens(41'000);
  status.mutable_align()->set_two_dearest_tokens(82'000);
  return status;
}

TEST(SweepViews, TheReportSaysResultsFrontBestSharingAndFailures) {
  const std::string text = SweepReport(Study());
  EXPECT_THAT(text, HasSubstr("head_budget=5"));
  EXPECT_THAT(text, HasSubstr("122.0%"));
  EXPECT_THAT(text, HasSubstr("bytes of decoding 2048 tokens"));
  EXPECT_THAT(text, HasSubstr("Best by coverage: point 1 (head_budget=5)"));
  EXPECT_THAT(text, HasSubstr("1 computed in this sweep, 41.0k tokens"));
  EXPECT_THAT(text, HasSubstr("(ratio 0.50 of tokens)"));
  EXPECT_THAT(text, HasSubstr("Point 3: job-3: it diverged"));
}

TEST(SweepViews, EveryPointIsInTheListWithWhatWasMeasured) {
  const nlohmann::ordered_json points = PointsJson(Study());
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0]["placement"], "top");
  EXPECT_EQ(points[0]["head_budget"], 5);
  EXPECT_EQ(points[0]["memory_bytes"], 2'500'000);
  EXPECT_EQ(points[0]["tokens"], 56'800);
  EXPECT_EQ(points[1]["pareto"], true);
  EXPECT_TRUE(points[1]["perplexity"].is_null());
  EXPECT_EQ(points[2]["state"], "failed");
  EXPECT_TRUE(points[2]["coverage"].is_null());
}

TEST(SweepViews, ThePlotMarksControlsOtherwiseAndLeavesOutWhatHasNoResult) {
  const std::string svg = CoverageSvg(Study());
  EXPECT_THAT(svg, HasSubstr("<circle"));
  EXPECT_THAT(svg, HasSubstr("random 0, N=8"));
  EXPECT_THAT(svg, HasSubstr("point 1: head_budget=5; coverage 122.0%"));
  EXPECT_THAT(svg, HasSubstr("a&lt;b"));
  EXPECT_THAT(svg, Not(HasSubstr("point 3")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace rad::cli
