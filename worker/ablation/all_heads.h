// all_heads.h: the heads of a teacher, one by one.
#pragma once

#include <vector>

#include "worker/model/model_config.h"

namespace rad {

// Layer by layer.
inline std::vector<HeadId> AllHeads(const ModelConfig& config) {
  std::vector<HeadId> heads;
  for (int layer = 0; layer < config.layers; ++layer) {
    for (int head = 0; head < config.heads; ++head) heads.push_back({layer, head});
  }
  return heads;
}

}  // namespace rad
