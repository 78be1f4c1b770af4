#include "coordinator/checkpoint_retention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace rad {

bool IsOlderCheckpoint(const v1::Manifest& a, const v1::Manifest& b) {
  return std::forward_as_tuple(a.step(), a.artifact_id()) < std::forward_as_tuple(b.step(), b.artifact_id());
}

std::vector<std::string> SupersededCheckpoints(std::vector<v1::Manifest> checkpoints,
                                               const v1::Checkpoint& rules) {
  std::sort(checkpoints.begin(), checkpoints.end(), IsOlderCheckpoint);
  std::string best;
  double least = std::numeric_limits<double>::infinity();
  for (const v1::Manifest& checkpoint : checkpoints) {
    if (!checkpoint.has_loss() || !std::isfinite(checkpoint.loss()) || checkpoint.loss() > least) continue;
    least = checkpoint.loss();
    best = checkpoint.artifact_id();
  }
  std::vector<std::string> superseded;
  for (std::size_t i = 0; i + std::max(1u, rules.keep_latest()) < checkpoints.size(); ++i) {
    const std::string& id = checkpoints[i].artifact_id();
    if (!rules.keep_best() || id != best) superseded.push_back(id);
  }
  return superseded;
}

}  // namespace rad
