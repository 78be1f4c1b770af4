#include "worker/device/cuda_plugin.h"

#include <c10/cuda/CUDAFunctions.h>
#include <nccl.h>

extern "C" void rad_cuda_versions(int* nccl_version, int* device_count) {
  ncclGetVersion(nccl_version);
  *device_count = c10::cuda::device_count();  // 0 rather than an exception where there is no driver
}
