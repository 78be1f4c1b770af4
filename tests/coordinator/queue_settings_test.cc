#include "coordinator/queue_settings.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

v1::Queue Named(const std::string& name) {
  v1::Queue queue;
  queue.set_name(name);
  return queue;
}

TEST(QueueSettings, AJobOfAnEarlierVersionIsInTheDefaultQueue) {
  v1::JobSpec spec;
  EXPECT_EQ(QueueOf(spec), kDefaultQueue);
  spec.set_queue("research");
  EXPECT_EQ(QueueOf(spec), "research");
}

TEST(QueueSettings, AQueueBorrowsUnlessToldOtherwise) {
  v1::Queue queue = Named("q");
  EXPECT_TRUE(ShareOf(queue).borrow);
  EXPECT_EQ(ShareOf(queue).quota, std::nullopt);
  queue.set_borrow(false);
  queue.set_quota(3);
  EXPECT_FALSE(ShareOf(queue).borrow);
  EXPECT_EQ(ShareOf(queue).quota, 3u);
}

TEST(QueueSettings, RefusesWhatCannotWork) {
  EXPECT_TRUE(ValidateQueue(Named("research")).empty());
  EXPECT_EQ(ValidateQueue(Named("no spaces")).list().at(0).field, "name");
  v1::Queue closed = Named("q");
  closed.set_borrow(false);
  EXPECT_EQ(ValidateQueue(closed).list().at(0).field, "borrow");
  closed.set_quota(0);
  EXPECT_TRUE(ValidateQueue(closed).empty()) << "closed on purpose";
  closed.set_quota(100'001);
  EXPECT_EQ(ValidateQueue(closed).list().at(0).field, "quota");
}

}  // namespace
}  // namespace rad
