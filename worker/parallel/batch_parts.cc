#include "worker/parallel/batch_parts.h"

namespace rad {

std::vector<BatchPart> PartsOf(const GangSeat& seat, std::int64_t sequences) {
  std::vector<BatchPart> parts;
  for (int part = seat.rank; part < seat.batch_parts; part += seat.world_size) {
    const std::int64_t begin = sequences * part / seat.batch_parts;
    const std::int64_t count = sequences * (part + 1) / seat.batch_parts - begin;
    if (count > 0) parts.push_back({begin, count});
  }
  return parts;
}

}  // namespace rad
