// ssm_size.h: how large a student's SSM heads are. No torch.
#pragma once

#include <cstdint>

#include "worker/model/model_config.h"

namespace rad {

struct SsmSize {
  std::int64_t state_dim = 0;  // N
  std::int64_t head_dim = 0;   // P of an SSM head; 0: the teacher's

  std::int64_t HeadDim(const ModelConfig& teacher) const {
    return head_dim > 0 ? head_dim : teacher.head_dim;
  }
};

}  // namespace rad
