#include "coordinator/cli/view/progress_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rad::cli {
namespace {

using testing::ElementsAre;

v1::JobStatus Running() {
  v1::JobStatus status;
  status.mutable_job()->mutable_metadata()->set_name("quickstart");
  status.set_state(v1::RUNNING);
  auto* rank = status.add_stages();
  rank->set_name("rank");
  rank->set_state(v1::SUCCEEDED);
  rank->set_reused(true);
  rank->set_seconds(185);
  auto* align = status.add_stages();
  align->set_name("align");
  align->set_state(v1::RUNNING);
  align->set_restarts(1);
  v1::Progress& progress = *align->mutable_progress();
  progress.set_done(195);
  progress.set_total(390);
  progress.set_unit("steps");
  progress.set_rate_per_second(3.25);
  progress.set_eta_seconds(60);
  (*progress.mutable_losses())["align"] = 0.2134;
  auto* distill = status.add_stages();
  distill->set_name("distill/top-5");
  distill->set_state(v1::PENDING);
  return status;
}

TEST(ProgressView, OneLineAStage) {
  EXPECT_THAT(
      ProgressLines(Running(), 200),
      ElementsAre("quickstart running, 1 of 3 stages done",  //
                  "  rank           known already, took 3m05s",
                  "  align          [============>           ]  195/390 steps  3.25/s  ETA 1m00s  loss align "
                  "0.2134  restarted 1x",
                  "  distill/top-5  waiting"));
}

TEST(ProgressView, LinesFitTheTerminal) {
  for (const std::string& line : ProgressLines(Running(), 40)) EXPECT_LE(line.size(), 40u);
}

TEST(ProgressView, PlainLineForALog) {
  EXPECT_EQ(PlainProgress(Running().stages(1)),
            "align: 195/390 steps, 3.25/s, ETA 1m00s, loss align 0.2134, restarted 1x");
}

TEST(ProgressView, WhatIsUnknownIsNotShown) {
  v1::StageStatus stage;
  stage.set_name("inspect");
  stage.set_state(v1::RUNNING);
  EXPECT_EQ(PlainProgress(stage), "inspect: starting");
  stage.mutable_progress()->set_phase("loading teacher");
  EXPECT_EQ(PlainProgress(stage), "inspect: loading teacher");
  stage.mutable_progress()->set_total(10);
  stage.mutable_progress()->set_unit("heads");
  stage.mutable_progress()->set_eta_seconds(-1);
  EXPECT_EQ(PlainProgress(stage), "inspect: 0/10 heads");
}

TEST(ProgressView, MoreThanAllIsAFullBar) {
  v1::JobStatus status = Running();
  status.mutable_stages(1)->mutable_progress()->set_done(1e18);
  EXPECT_NE(ProgressLines(status, 200)[2].find("[========================]"), std::string::npos);
}

TEST(ProgressView, HeadlinesSayWhy) {
  v1::JobStatus status;
  status.set_state(v1::PENDING);
  EXPECT_EQ(Headline(status), "waiting");
  status.set_reason("no worker has registered");
  EXPECT_EQ(Headline(status), "waiting: no worker has registered");
  status.set_state(v1::FAILED);
  EXPECT_EQ(Headline(status), "failed: no worker has registered");
}

}  // namespace
}  // namespace rad::cli
