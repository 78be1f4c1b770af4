#include "worker/tasks/reporter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "worker/wire/frame.h"

namespace rad {
namespace {

// What was reported, read from the pipe as it comes; blocks for the next one.
class ReporterTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe(ends_), 0); }
  void TearDown() override { close(ends_[0]); }

  v1::WorkerMessage Next() {
    while (true) {
      const auto frame = frames_.Next();
      EXPECT_TRUE(frame.ok());
      v1::WorkerMessage message;
      if (frame->has_value()) {
        EXPECT_TRUE(message.ParseFromString(**frame));
        return message;
      }
      char buffer[4096];
      const ssize_t count = read(ends_[0], buffer, sizeof buffer);
      EXPECT_GT(count, 0);
      if (count <= 0) return message;
      frames_.Append({buffer, static_cast<std::size_t>(count)});
    }
  }

  int ends_[2];
  FrameReader frames_;
};

TEST_F(ReporterTest, ATaskThatSpokeOnceIsHeardAgainAndAgain) {
  Reporter reporter(ends_[1]);
  reporter.Progress({.phase = "long step", .done = 1, .total = 2});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Next().progress().progress().phase(), "long step");
  close(ends_[1]);
}

TEST_F(ReporterTest, TheReportIsLast) {
  {
    Reporter reporter(ends_[1]);
    for (int i = 0; i < 10000; ++i) reporter.Progress({.phase = "fast", .done = static_cast<double>(i)});
    v1::TaskFinished report;
    report.mutable_result()->set_artifact_id("abc");
    EXPECT_TRUE(reporter.Finish(report).ok());
  }
  close(ends_[1]);
  int progress = 0;
  v1::WorkerMessage message = Next();
  for (; message.has_progress(); message = Next()) ++progress;
  EXPECT_EQ(message.finished().result().artifact_id(), "abc");
  EXPECT_LT(progress, 100);  // limited, however fast the task speaks
  char byte;
  EXPECT_EQ(read(ends_[0], &byte, 1), 0);
}

}  // namespace
}  // namespace rad
