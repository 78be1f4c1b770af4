// folder_host.h: a TaskHost whose checkpoints and inputs are folders on this disk, and which can be told to
// stop, to lose power or to run out of disk.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "worker/task_host.h"

namespace rad {

// What the file holds; it must be there.
inline std::string Bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

class FolderHost : public TaskHost {
 public:
  FolderHost() {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    static int count = 0;
    root_ = std::filesystem::path(testing::TempDir()) / (std::string("rad_host_") + test->test_suite_name() +
                                                         "_" + test->name() + std::to_string(count++));
    std::filesystem::remove_all(root_);
    for (const char* folder : {"scratch", "output"}) std::filesystem::create_directories(root_ / folder);
  }
  ~FolderHost() override { std::filesystem::remove_all(root_); }

  void Report(const TaskProgress& progress) override { reports.push_back(progress); }
  bool StopRequested() const override {
    return stop_at_step && !reports.empty() && reports.back().step >= *stop_at_step;
  }
  bool RoomRequested() const override {
    return room_at_step && !reports.empty() && reports.back().step >= *room_at_step;
  }
  std::filesystem::path Scratch() const override { return root_ / "scratch"; }
  absl::StatusOr<std::filesystem::path> Input(std::string_view name) override {
    const auto found = inputs.find(std::string(name));
    if (found == inputs.end()) return absl::NotFoundError("no such input");
    return found->second;
  }
  absl::Status SaveCheckpoint(const std::filesystem::path& folder, std::int64_t step,
                              std::optional<double> loss) override {
    if (checkpoint_error) return *checkpoint_error;
    const std::filesystem::path copy = root_ / ("checkpoint" + std::to_string(step));
    std::filesystem::copy(folder, copy, std::filesystem::copy_options::recursive);
    latest_ = TaskCheckpoint{copy, step};
    checkpoint_losses.push_back(loss);
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<TaskCheckpoint>> LatestCheckpoint() override { return latest_; }
  int CheckpointEverySteps() const override { return checkpoint_every_steps; }

  std::filesystem::path Output() const { return root_ / "output"; }

  std::vector<TaskProgress> reports;
  std::map<std::string, std::filesystem::path> inputs;
  int checkpoint_every_steps = 0;
  std::optional<std::int64_t> stop_at_step, room_at_step;
  std::optional<absl::Status> checkpoint_error;
  std::vector<std::optional<double>> checkpoint_losses;  // of those that were saved

 private:
  std::filesystem::path root_;
  std::optional<TaskCheckpoint> latest_;
};

}  // namespace rad
