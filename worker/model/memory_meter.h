// memory_meter.h: how many bytes of tensors a stretch of code holds at its peak, counted by the allocator
// itself.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <cstdint>
#include <memory>

namespace rad {

// Counts what this thread allocates and frees while it lives; memory held from before does not count. One at
// a time per thread. LibTorch's backward pass on a CPU runs in the caller's thread and is counted.
class MemoryMeter {
 public:
  MemoryMeter();
  std::int64_t PeakBytes() const;

 private:
  struct Counter;
  std::shared_ptr<Counter> counter_;
  c10::DebugInfoGuard guard_;
};

}  // namespace rad
