#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/coordinator/cli/scripted_service.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

v1::Ranked Ranking() {
  v1::Ranked ranking;
  ranking.set_layers(1);
  ranking.set_heads(2);
  ranking.set_teacher_accuracy(0.8125);
  for (int head : {1, 0}) {
    auto* row = ranking.add_rows();
    row->mutable_head()->set_head(head);
    row->set_rank(ranking.rows_size());
    row->set_accuracy_drop(0.25 * head);
  }
  return ranking;
}

TEST(Scores, ShowDrawsAHeatmapAndTheBestHeads) {
  const ScriptedCoordinator coordinator({.ranking = Ranking()});
  const Outcome outcome = Radctl(coordinator, {"scores", "show", "j1", "--top", "1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("accuracy on the probe: 81.2%"));
  EXPECT_THAT(outcome.out, HasSubstr("    0   @@\n"));
  EXPECT_THAT(outcome.out, HasSubstr("   1  0.1           +25.0"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("   2  0.0")));
}

TEST(Scores, ExportHasEveryHead) {
  const ScriptedCoordinator coordinator({.ranking = Ranking()});
  EXPECT_THAT(Radctl(coordinator, {"scores", "export", "j1"}).out,
              HasSubstr("\n1,0,1,0,0.25,0,0,0,0\n2,0,0,0,0,0,0,0,0\n"));
  const auto json = nlohmann::json::parse(Radctl(coordinator, {"scores", "export", "j1", "-o", "json"}).out);
  EXPECT_EQ(json["rows"].size(), 2u);
  EXPECT_DOUBLE_EQ(json["teacher_accuracy"], 0.8125);
}

}  // namespace
}  // namespace rad::cli
