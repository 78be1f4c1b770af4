#include "worker/model/working_dtype.h"

namespace rad {

at::ScalarType WorkingDtype() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16")) return at::kBFloat16;
#endif
  return at::kFloat;
}

}  // namespace rad
