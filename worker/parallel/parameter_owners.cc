#include "worker/parallel/parameter_owners.h"

#include <algorithm>
#include <numeric>

namespace rad {

std::vector<int> OwnersOf(const std::vector<std::int64_t>& sizes, int world_size) {
  std::vector<std::size_t> by_size(sizes.size());
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  std::vector<std::int64_t> held(static_cast<std::size_t>(world_size));
  std::vector<int> owners(sizes.size());
  for (const std::size_t parameter : by_size) {
    const auto least = std::min_element(held.begin(), held.end());
    *least += sizes[parameter];
    owners[parameter] = static_cast<int>(least - held.begin());
  }
  return owners;
}

}  // namespace rad
