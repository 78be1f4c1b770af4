#include "coordinator/gang_size.h"

#include <algorithm>

namespace rad {

GangSize GangSizeOf(const v1::JobRecord& job, const v1::Work& work) {
  const bool spreads =
      work.has_distill() || (work.has_align() && work.align().align().target() != v1::Align::LAYER);
  if (!spreads) return {};
  const v1::WorkerRange& workers = job.job().spec().resources().workers();
  std::uint32_t max = std::max(1u, workers.max());  // a job of an earlier version names none
  if (work.has_align()) max = std::clamp(job.teacher().layers(), 1u, max);
  return {std::clamp(workers.min(), 1u, max), max};
}

}  // namespace rad
