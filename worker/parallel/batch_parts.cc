#include "worker/parallel/batch_parts.h"

#include <algorithm>

namespace rad {
namespace {

// As many parts as asked for, in order.
std::vector<BatchPart> Cut(const BatchPart& whole, std::int64_t parts) {
  std::vector<BatchPart> some;
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t begin = whole.count * part / parts, end = whole.count * (part + 1) / parts;
    some.push_back({whole.begin + begin, end - begin});
  }
  return some;
}

}  // namespace

std::vector<BatchPart> PartsOf(const GangSeat& seat, std::int64_t sequences, std::int64_t most) {
  const std::vector<BatchPart> all = Cut({0, sequences}, seat.batch_parts);
  std::vector<BatchPart> parts;
  for (int part = seat.rank; part < seat.batch_parts; part += seat.world_size) {
    const BatchPart& own = all[static_cast<std::size_t>(part)];
    const std::int64_t pieces =
        most > 0 ? (own.count + most - 1) / most : std::min<std::int64_t>(own.count, 1);
    for (const BatchPart& piece : Cut(own, pieces)) parts.push_back(piece);
  }
  return parts;
}

}  // namespace rad
