#include "worker/agent/data_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace rad {
namespace {

namespace fs = std::filesystem;

class DataFolderTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(path_); }
  void TearDown() override { fs::remove_all(path_); }
  const fs::path path_ = fs::path(testing::TempDir()) / "rad_data_folder_test" / "worker";
};

TEST_F(DataFolderTest, OneAgentAtATime) {
  auto first = DataFolder::Open(path_);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(DataFolder::Open(path_).status().code(), absl::StatusCode::kFailedPrecondition);
  first->reset();
  EXPECT_TRUE(DataFolder::Open(path_).ok());
}

TEST_F(DataFolderTest, WhatEarlierAttemptsLeftGoesTheCacheStays) {
  fs::create_directories(path_ / "attempts" / "old");
  fs::create_directories(path_ / "cache" / "abc");
  ASSERT_TRUE(DataFolder::Open(path_).ok());
  EXPECT_FALSE(fs::exists(path_ / "attempts" / "old"));
  EXPECT_TRUE(fs::exists(path_ / "cache" / "abc"));
}

TEST_F(DataFolderTest, ATaskIdCannotLeaveTheFolder) {
  auto folder = DataFolder::Open(path_);
  ASSERT_TRUE(folder.ok());
  v1::Fence fence;
  fence.set_task_id("../../etc/x");
  fence.set_attempt(2);
  fence.set_epoch(9);
  const auto attempt = (*folder)->MakeAttempt(fence);
  ASSERT_TRUE(attempt.ok());
  EXPECT_EQ(*attempt, path_ / "attempts" / "______etc_x-2-9");
  EXPECT_TRUE(fs::is_empty(*attempt));
}

TEST_F(DataFolderTest, AFileInItsPlaceIsNamed) {
  fs::create_directories(path_.parent_path());
  std::ofstream(path_) << "x";
  const absl::Status status = DataFolder::Open(path_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find(path_.string()), std::string::npos) << status;
}

}  // namespace
}  // namespace rad
