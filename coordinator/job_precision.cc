#include "coordinator/job_precision.h"

namespace rad {

v1::Precision PrecisionOf(const v1::JobRecord& job) {
  const v1::Precision asked = job.job().spec().precision();
  return asked == v1::AUTO ? job.teacher().precision() : asked;
}

}  // namespace rad
