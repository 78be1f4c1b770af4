// layer_share.h: which layers of a teacher are whose, where layers are trained apart from one another. Pure,
// no torch.
#pragma once

namespace rad {

struct LayerShare {
  int begin = 0, end = 0;
  bool Has(int layer) const { return begin <= layer && layer < end; }
  bool operator==(const LayerShare&) const = default;
};

// Neighbouring layers, as many for each rank as for any other, or one less. The first ranks need not run the
// teacher beyond their own.
inline LayerShare LayersOf(int rank, int world_size, int layers) {
  return {layers * rank / world_size, layers * (rank + 1) / world_size};
}

}  // namespace rad
