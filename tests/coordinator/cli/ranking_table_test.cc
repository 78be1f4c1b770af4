#include "coordinator/cli/view/ranking_table.h"

#include <gtest/gtest.h>

#include "coordinator/cli/view/ranking_notes.h"
#include "coordinator/cli/view/role_text.h"
#include "tests/coordinator/cli/sample_ranking.h"

namespace rad::cli {
namespace {

TEST(RankingTable, ShowsTheBestRoundedForReading) {
  EXPECT_EQ(
      RankingTable(SampleRanking(), 2).ToText(),
      "RANK  HEAD  ROLE        LOG-PROB DROP  95% INTERVAL    ACCURACY DROP  95% INTERVAL    EXAMPLES\n"
      "  1   1.0   gather 62%          4.375  [3.875, 4.875]          +43.8  [+33.8, +53.8]        32\n"
      "  2?  0.2   -                   2.000  [1.500, 2.500]          +20.0  [+10.0, +30.0]        32\n");
}

TEST(RankingTable, CsvHasEveryHeadAndEveryDigit) {
  EXPECT_EQ(RankingCsv(SampleRanking()).ToCsv(),
            "rank,layer,head,examples,accuracy_drop,accuracy_drop_low,accuracy_drop_high,logprob_drop,"
            "logprob_drop_low,logprob_drop_high,margin_drop,bound_low,bound_high,undecided,"
            "role,gather,gather_if_equal,aggregate,aggregate_if_equal,attribution\n"
            "1,1,0,32,0.4375,0.3375,0.5375,4.375,3.875,4.875,0,3.375,5.375,false,"
            "gather,0.625,0.0625,0.125,0.03125,0.75\n"
            "2,0,2,32,0.2,0.1,0.3,2,1.5,2.5,0,1,3,true,,,,,,\n"
            "3,0,0,32,-0.03125,-0.13125,0.06875,-0.3125,-0.8125,0.1875,0,-1.3125,0.6875,true,,,,,,\n");
}

v1::Ranked OfTwoProbes() {
  v1::Ranked ranking = SampleRanking();
  for (const char* name : {"kv_retrieval", "needle"}) ranking.add_probes()->set_name(name);
  for (v1::Ranked::Row& row : *ranking.mutable_rows()) {
    for (const double share : {1.5, 0.5}) {
      auto* drop = row.add_by_probe();
      drop->set_accuracy_drop(share * row.accuracy_drop());
      drop->set_logprob_drop(share * row.logprob_drop());
      drop->set_logprob_drop_low(-1);
    }
  }
  return ranking;
}

TEST(RankingTable, SeveralProbesHaveAColumnEach) {
  EXPECT_EQ(RankingTable(OfTwoProbes(), 1).ToText(),
            "RANK  HEAD  ROLE        LOG-PROB DROP  95% INTERVAL    ACCURACY DROP  95% INTERVAL    EXAMPLES  "
            "KV_RETRIEVAL  NEEDLE\n"
            "  1   1.0   gather 62%          4.375  [3.875, 4.875]          +43.8  [+33.8, +53.8]        32  "
            "       6.562   2.188\n");
  const std::string csv = RankingCsv(OfTwoProbes()).ToCsv();
  EXPECT_NE(csv.find("attribution,kv_retrieval.accuracy_drop,kv_retrieval.accuracy_drop_low,"),
            std::string::npos);
  EXPECT_NE(
      csv.find("\n1,1,0,32,0.4375,0.3375,0.5375,4.375,3.875,4.875,0,3.375,5.375,false,"
               "gather,0.625,0.0625,0.125,0.03125,0.75,0.65625,0,0,6.5625,-1,0,0.21875,0,0,2.1875,-1,0\n"),
      std::string::npos)
      << csv;
}

TEST(RankingNotes, SayHowProbesWereCombined) {
  v1::Ranked ranking = OfTwoProbes();
  EXPECT_EQ(RankingNotes(ranking).substr(0, 40), "Ranked by the mean drop over 2 probes; a");
  EXPECT_NE(RankingNotes(ranking).find("every head on every example would be 384."), std::string::npos);
  ranking.mutable_ranking()->set_combine(v1::Ranking::WORST);
  EXPECT_EQ(RankingNotes(ranking).substr(0, 24), "Ranked by the worst drop");
}

TEST(RankingNotes, SayWhatIsUndecidedAndWhatItCost) {
  EXPECT_EQ(
      RankingNotes(SampleRanking()),
      "?: undecided. Each of these 2 heads could be among the top 2 or not after 32 examples; a larger\n"
      "probe.examples tells more of them apart.\n"
      "96 evaluations; every head on every example would be 192.\n"
      "Accuracy and log-probability share 1 of their top 2 (rank correlation over all heads 0.50).\n"
      "Roles of the kept heads by their attention: gather, from a line's last token to its pair; aggregate,\n"
      "from the question's end to the asked value; mixed, both; other, neither (both shares shown).\n");
}

TEST(RoleText, ShowsTheShareThatMakesTheRole) {
  v1::HeadRole role = SampleRanking().rows(0).role();
  EXPECT_EQ(RoleText(role), "gather 62%");
  role.set_role(v1::HeadRole::AGGREGATE);
  EXPECT_EQ(RoleText(role), "aggregate 12%");
  role.set_role(v1::HeadRole::MIXED);
  EXPECT_EQ(RoleText(role), "mixed 62% 12%");
  EXPECT_EQ(RoleText({}), "-");
}

TEST(RankingNotes, SayWhatIsCertainAndHowMuchSo) {
  v1::Ranked ranking = SampleRanking();
  for (v1::Ranked::Row& row : *ranking.mutable_rows()) row.set_undecided(false);
  EXPECT_EQ(RankingNotes(ranking).substr(0, 70),
            "The top 2 are certain: an error has a probability of at most 0.05.\n96 ");
  ranking.set_top(0);  // no student needs a ranking
  EXPECT_EQ(RankingNotes(ranking), "");
}

}  // namespace
}  // namespace rad::cli
