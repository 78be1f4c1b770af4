#include "coordinator/gang_size.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

class GangSizeTest : public ::testing::Test {
 protected:
  GangSizeTest() {
    v1::WorkerRange& workers = *job_.mutable_job()->mutable_spec()->mutable_resources()->mutable_workers();
    workers.set_min(2);
    workers.set_max(4);
    job_.mutable_teacher()->set_layers(3);
  }

  v1::JobRecord job_;
  v1::Work work_;
};

TEST_F(GangSizeTest, ADistillationTakesTheJobsRange) {
  work_.mutable_distill();
  const GangSize size = GangSizeOf(job_, work_);
  EXPECT_EQ(size.min, 2u);
  EXPECT_EQ(size.max, 4u);
}

TEST_F(GangSizeTest, AnAlignmentOfHeadsTakesNoMoreWorkersThanThereAreLayers) {
  work_.mutable_align()->mutable_align()->set_target(v1::Align::HEAD);
  EXPECT_EQ(GangSizeOf(job_, work_).max, 3u);
}

TEST_F(GangSizeTest, AnAlignmentOfWholeLayersIsForOneWorker) {
  work_.mutable_align()->mutable_align()->set_target(v1::Align::LAYER);
  const GangSize size = GangSizeOf(job_, work_);
  EXPECT_EQ(size.min, 1u);
  EXPECT_EQ(size.max, 1u);
}

}  // namespace
}  // namespace rad
