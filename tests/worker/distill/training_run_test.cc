#include "worker/distill/training_run.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "tests/worker/distill/folder_host.h"

namespace rad {
namespace {

const TrainingPlan kPlan{"training", "kd", 20, 100, {{"weights", 12}}};

// A "model" whose state after n steps is a known number, so that any step lost or done twice shows.
struct Toy {
  at::Tensor value = at::zeros({3});
  std::vector<std::int64_t> steps;

  absl::StatusOr<TrainingOutcome> Run(FolderHost& host) {
    return RunTraining(host, kPlan, {{"value", value}},
                       [this](std::int64_t step) -> absl::StatusOr<TrainingStep> {
                         steps.push_back(step);
                         value.mul_(1.5).add_(static_cast<double>(step));
                         return TrainingStep{static_cast<double>(40 - step), false};
                       });
  }
};

TEST(TrainingRun, ReportsEveryStepWithItsLossTokensAndMemory) {
  FolderHost host;
  Toy toy;
  const absl::StatusOr<TrainingOutcome> outcome = toy.Run(host);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->steps, 20);
  EXPECT_EQ(outcome->first_loss, 40);
  EXPECT_EQ(outcome->last_loss, 21.5);  // of the last two steps
  ASSERT_EQ(host.reports.size(), 21U);
  const TaskProgress& last = host.reports.back();
  EXPECT_EQ(last.phase, "training");
  EXPECT_EQ(last.done, 20);
  EXPECT_EQ(last.total, 20);
  EXPECT_EQ(last.tokens, 2000);
  EXPECT_EQ(last.losses.at("kd"), 21);
  EXPECT_EQ(last.memory_bytes.at("weights"), 12);
  EXPECT_GE(last.memory_bytes.at("activations_peak"), 0);
  EXPECT_EQ(host.reports.front().compute_seconds, 0);
  EXPECT_GT(last.compute_seconds, host.reports[1].compute_seconds);
}

TEST(TrainingRun, ResumesBehindTheNewestCheckpointWithEqualResults) {
  FolderHost undisturbed_host, host;
  Toy undisturbed, first, second;
  const absl::StatusOr<TrainingOutcome> expected = undisturbed.Run(undisturbed_host);
  host.checkpoint_every_steps = 4;
  host.stop_at_step = 14;
  EXPECT_EQ(first.Run(host).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(first.steps.size(), 14U);
  host.stop_at_step.reset();
  const absl::StatusOr<TrainingOutcome> outcome = second.Run(host);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(second.steps.front(), 12);
  EXPECT_TRUE(at::equal(second.value, undisturbed.value));
  EXPECT_EQ(outcome->first_loss, expected->first_loss);
  EXPECT_EQ(outcome->last_loss, expected->last_loss);
  EXPECT_TRUE(std::filesystem::is_empty(host.Scratch()));
}

TEST(TrainingRun, ARunThatMakesRoomSavesTheStepItIsAt) {
  FolderHost undisturbed_host, host;
  Toy undisturbed, first, again, last;
  ASSERT_TRUE(undisturbed.Run(undisturbed_host).ok());
  host.room_at_step = 7;  // no checkpoint is due before the end
  EXPECT_EQ(first.Run(host).status(), absl::CancelledError("training made room at step 7 of 20"));
  EXPECT_EQ(again.Run(host).status().code(), absl::StatusCode::kCancelled)
      << "asked again before its first step";
  EXPECT_TRUE(again.steps.empty());
  host.room_at_step.reset();
  ASSERT_TRUE(last.Run(host).ok());
  EXPECT_EQ(last.steps.front(), 7);
  EXPECT_TRUE(at::equal(last.value, undisturbed.value));
}

TEST(TrainingRun, FailedCheckpointEndsTheRunAndLeavesTheOneBefore) {
  FolderHost host;
  host.checkpoint_every_steps = 4;
  host.stop_at_step = 5;
  Toy toy, next, last;
  EXPECT_EQ(toy.Run(host).status().code(), absl::StatusCode::kCancelled);
  host.stop_at_step.reset();
  host.checkpoint_error = absl::AbortedError("this attempt was replaced");
  EXPECT_EQ(next.Run(host).status().code(), absl::StatusCode::kAborted);
  host.checkpoint_error.reset();
  ASSERT_TRUE(last.Run(host).ok());
  EXPECT_EQ(last.steps.front(), 4);
}

TEST(TrainingRun, GoesOnWhenThereIsNoRoomForACheckpoint) {
  FolderHost host;
  host.checkpoint_every_steps = 4;
  host.checkpoint_error = absl::ResourceExhaustedError("disk full");
  Toy toy;
  testing::internal::CaptureStderr();
  ASSERT_TRUE(toy.Run(host).ok());
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(toy.steps.size(), 20U);
  EXPECT_THAT(said, testing::HasSubstr("NO ROOM for the checkpoint after step 4,"));
  EXPECT_THAT(said, testing::HasSubstr("disk full"));
}

TEST(TrainingRun, CheckpointsCarryTheMeanLossSinceTheOneBefore) {
  FolderHost host;
  host.checkpoint_every_steps = 8;
  Toy toy;
  ASSERT_TRUE(toy.Run(host).ok());
  EXPECT_THAT(host.checkpoint_losses, testing::ElementsAre(36.5, 28.5));  // of steps 0 to 7 and 8 to 15
}

TEST(TrainingRun, GoesOnWhileACheckpointIsSavedAndSavesWhatWasTrueThen) {
  // The save of step 4 does not end before step 6 was trained.
  struct SlowHost : FolderHost {
    absl::Status SaveCheckpoint(const std::filesystem::path& folder, std::int64_t step,
                                std::optional<double> loss) override {
      if (step == 4) trained_six.wait();
      return FolderHost::SaveCheckpoint(folder, step, loss);
    }
    std::promise<void> six;
    std::future<void> trained_six = six.get_future();
  } host;
  host.checkpoint_every_steps = 4;
  at::Tensor value = at::zeros({3});
  const auto stopped =
      RunTraining(host, kPlan, {{"value", value}}, [&](std::int64_t step) -> absl::StatusOr<TrainingStep> {
        value.add_(1);
        if (step + 1 == 6) {
          host.six.set_value();
          host.stop_at_step = 6;
        }
        return TrainingStep{};
      });
  EXPECT_EQ(stopped.status().code(), absl::StatusCode::kCancelled);
  host.stop_at_step.reset();
  host.checkpoint_every_steps = 0;
  std::optional<float> resumed_with;
  const auto rest =
      RunTraining(host, kPlan, {{"value", value}}, [&](std::int64_t step) -> absl::StatusOr<TrainingStep> {
        if (!resumed_with) {
          EXPECT_EQ(step, 4);
          resumed_with = value[0].item<float>();
        }
        return TrainingStep{};
      });
  EXPECT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(resumed_with, 4);
}

TEST(TrainingRun, SkippedStepsAreCountedAndTooManyEndTheRun) {
  FolderHost host;
  at::Tensor value = at::zeros({1});
  std::int64_t bad_steps = kMaxSkippedSteps - 1;
  const auto train = [&](std::int64_t step) -> absl::StatusOr<TrainingStep> {
    return TrainingStep{1, step % 2 == 1 && step / 2 < bad_steps};
  };
  const absl::StatusOr<TrainingOutcome> outcome = RunTraining(host, kPlan, {{"value", value}}, train);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->skipped_steps, kMaxSkippedSteps - 1);
  EXPECT_EQ(outcome->last_loss, 1);
  ++bad_steps;
  const absl::Status diverged = RunTraining(host, kPlan, {{"value", value}}, train).status();
  EXPECT_EQ(diverged.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(diverged.message()), testing::HasSubstr("step 9 of 20"));
}

TEST(TrainingRun, RefusesACheckpointOfOtherTensors) {
  FolderHost host;
  host.checkpoint_every_steps = 4;
  host.stop_at_step = 5;
  Toy toy, other;
  EXPECT_FALSE(toy.Run(host).ok());
  other.value = at::zeros({4});
  const absl::Status status = other.Run(host).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("tensor value"));
}

}  // namespace
}  // namespace rad
