#include "coordinator/worker_fit.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "coordinator/labels.h"

namespace rad {

WorkerTraits TraitsOf(const v1::RegisterRequest& about) {
  return {about.device(), about.memory_bytes(), {about.labels().begin(), about.labels().end()}};
}

WorkerNeeds NeedsOf(const v1::Resources& resources) {
  return {resources.device(),
          resources.memory_bytes(),
          {resources.worker_labels().begin(), resources.worker_labels().end()}};
}

bool Fits(const WorkerNeeds& needs, const WorkerTraits& worker) {
  if (!needs.device.empty() && needs.device != worker.device) return false;
  if (worker.memory_bytes < needs.memory_bytes) return false;
  return HasLabels(worker.labels, needs.labels);
}

std::string DescribeNeeds(const WorkerNeeds& needs) {
  std::vector<std::string> parts;
  if (!needs.device.empty()) parts.push_back("device " + needs.device);
  if (needs.memory_bytes > 0) {
    parts.push_back(
        absl::StrFormat("%.1f GiB of memory", static_cast<double>(needs.memory_bytes) / (1 << 30)));
  }
  for (const auto& [key, value] : needs.labels) parts.push_back(absl::StrCat("label ", key, "=", value));
  return absl::StrJoin(parts, ", ");
}

}  // namespace rad
