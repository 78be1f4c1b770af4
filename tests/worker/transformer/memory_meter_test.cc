#include "worker/model/memory_meter.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace rad {
namespace {

TEST(MemoryMeter, CountsThePeakOfWhatIsHeldAtOnce) {
  const at::Tensor before = at::zeros({1 << 20}, at::kByte);
  const MemoryMeter meter;
  { const at::Tensor a = at::zeros({3 << 20}, at::kByte), b = at::zeros({2 << 20}, at::kByte); }
  const at::Tensor c = at::zeros({4 << 20}, at::kByte);
  EXPECT_EQ(meter.PeakBytes(), 5 << 20);
}

}  // namespace
}  // namespace rad
