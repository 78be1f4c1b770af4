#include "worker/tasks/evaluate_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace rad {
namespace {

using ::testing::HasSubstr;

class EvaluateFilesTest : public ::testing::Test {
 protected:
  EvaluateFilesTest() {
    work_.set_records(path_);
    evaluate_.set_records(path_);
    Write("name: Ada\nborn: 1815\n\nname: Emmy\nborn: 1882\n");
  }
  ~EvaluateFilesTest() override { std::filesystem::remove(path_); }

  void Write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  const std::string path_ = testing::TempDir() + "rad_evaluate_files_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".txt";
  v1::InspectTeacher work_;
  v1::Evaluate evaluate_;
  v1::DataFiles files_;
};

TEST_F(EvaluateFilesTest, AFileIsKnownByWhatItHolds) {
  ASSERT_TRUE(TryEvaluateFiles(work_, files_).ok());
  EXPECT_EQ(files_.records().size(), 64u);
  EXPECT_EQ(files_.definitions(), "");
  EXPECT_TRUE(CheckEvaluateFiles(evaluate_, files_).ok());
}

TEST_F(EvaluateFilesTest, AFileThatChangedSinceIsRefused) {
  ASSERT_TRUE(TryEvaluateFiles(work_, files_).ok());
  Write("name: Ada\nborn: 1816\n\nname: Emmy\nborn: 1882\n");
  const absl::Status status = CheckEvaluateFiles(evaluate_, files_);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("evaluate.records: " + path_ + " changed since the job inspected it"));
}

TEST_F(EvaluateFilesTest, ADamagedLineIsFoundBeforeAnyComputing) {
  Write("name: Ada\nborn 1815\n");
  EXPECT_THAT(std::string(TryEvaluateFiles(work_, files_).message()), HasSubstr(path_ + ":2"));
}

}  // namespace
}  // namespace rad
