#include "worker/device/host_memory.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "worker/model/memory_meter.h"

namespace rad {
namespace {

TEST(HostMemory, ABlockGivenBackIsTheNextOfItsSize) {
  KeepTensorMemory();
  constexpr std::int64_t kValues = 1'000'003;
  at::Tensor freed = at::empty({kValues});
  const at::Tensor behind = at::empty({kValues});  // so that what is freed does not join the rest of the heap
  const void* const place = freed.const_data_ptr();
  freed.reset();
  EXPECT_EQ(at::empty({kValues}).const_data_ptr(), place);
}

TEST(HostMemory, IsAlignedAndCounted) {
  KeepTensorMemory();
  const MemoryMeter meter;
  std::vector<at::Tensor> held;
  std::int64_t bytes = 0;
  for (const std::int64_t values : {1, 17, 4096, 300'001}) {
    held.push_back(at::empty({values}, at::kByte));
    bytes += values;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(held.back().const_data_ptr()) % 64, 0u);
  }
  held.clear();
  EXPECT_EQ(meter.PeakBytes(), bytes);
}

}  // namespace
}  // namespace rad
