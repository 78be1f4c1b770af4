#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/coordinator/cli/scripted_service.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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
    row->set_logprob_drop(head);
  }
  return ranking;
}

TEST(Scores, ShowDrawsAHeatmapAndTheBestHeads) {
  const ScriptedCoordinator coordinator({.ranking = Ranking()});
  const Outcome outcome = Radctl(coordinator, {"scores", "show", "j1", "--top", "1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("accuracy on the probe: 81.2%"));
  EXPECT_THAT(outcome.out, HasSubstr("    0   @@\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  1   0.1   -             1.000"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("  2   0.0")));
}

TEST(Scores, ShowSaysThePrecisionAndWhatHeadsDo) {
  v1::Ranked ranking = Ranking();
  ranking.mutable_origin()->set_precision(v1::BFLOAT16);
  v1::HeadRole& role = *ranking.mutable_rows(0)->mutable_role();
  role.set_role(v1::HeadRole::AGGREGATE);
  role.set_aggregate(0.5);
  const ScriptedCoordinator coordinator({.ranking = ranking});
  const std::string out = Radctl(coordinator, {"scores", "show", "j1"}).out;
  EXPECT_THAT(out, HasSubstr("accuracy on the probe: 81.2%, computed in bfloat16\n"));
  EXPECT_THAT(out, HasSubstr("  1   0.1   aggregate 50% "));
  const auto json = nlohmann::json::parse(Radctl(coordinator, {"scores", "export", "j1", "-o", "json"}).out);
  EXPECT_EQ(json["rows"][0]["role"]["role"], "aggregate");
  EXPECT_FALSE(json["rows"][1].contains("role"));
}

TEST(Scores, ShowSaysTheTeachersAccuracyOnEachProbe) {
  v1::Ranked ranking = Ranking();
  ranking.mutable_origin()->set_precision(v1::FLOAT32);
  for (const char* name : {"kv_retrieval", "needle"}) {
    ranking.add_probes()->set_name(name);
    ranking.mutable_probes(ranking.probes_size() - 1)->set_teacher_accuracy(0.25 * ranking.probes_size());
  }
  const ScriptedCoordinator coordinator({.ranking = ranking});
  EXPECT_THAT(Radctl(coordinator, {"scores", "show", "j1"}).out,
              HasSubstr("teacher's accuracy: kv_retrieval 25.0%, needle 50.0%, computed in float32\n"));
}

TEST(Scores, ExportHasEveryHead) {
  const ScriptedCoordinator coordinator({.ranking = Ranking()});
  EXPECT_THAT(
      Radctl(coordinator, {"scores", "export", "j1"}).out,
      HasSubstr("\n1,0,1,0,0.25,0,0,1,0,0,0,0,0,false,,,,,,\n2,0,0,0,0,0,0,0,0,0,0,0,0,false,,,,,,\n"));
  const auto json = nlohmann::json::parse(Radctl(coordinator, {"scores", "export", "j1", "-o", "json"}).out);
  EXPECT_EQ(json["rows"].size(), 2u);
  EXPECT_DOUBLE_EQ(json["teacher_accuracy"], 0.8125);
}

TEST(Scores, ExportDrawsPictures) {
  const ScriptedCoordinator coordinator({.ranking = Ranking()});
  EXPECT_THAT(Radctl(coordinator, {"scores", "export", "j1", "-o", "svg"}).out, StartsWith("<svg "));
  EXPECT_THAT(Radctl(coordinator, {"scores", "export", "j1", "-o", "png"}).out, StartsWith("\x89PNG"));
}

TEST(Scores, ExportWritesAFile) {
  const ScriptedCoordinator coordinator({.ranking = Ranking()});
  const std::string path = testing::TempDir() + "scores_export.png";
  const Outcome outcome = Radctl(coordinator, {"scores", "export", "j1", "-o", "png", "--file", path});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  std::ifstream file(path, std::ios::binary);
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}), StartsWith("\x89PNG"));
  const Outcome nowhere = Radctl(coordinator, {"scores", "export", "j1", "--file", "/no/such/folder/x.csv"});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("cannot write --file /no/such/folder/x.csv: No such file"));
}

}  // namespace
}  // namespace rad::cli
