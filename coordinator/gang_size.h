// gang_size.h: on how many workers a task may run. Pure.
#pragma once

#include <cstdint>

#include "rad/v1/record.pb.h"

namespace rad {

struct GangSize {
  std::uint32_t min = 1, max = 1;
};

// Training may spread over workers: a distillation over parts of its batch, an alignment of heads over
// layers, of which every worker needs one. An alignment of whole layers is for one worker.
GangSize GangSizeOf(const v1::JobRecord& job, const v1::Work& work);

}  // namespace rad
