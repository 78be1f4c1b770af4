#define USE_C10D_NCCL
#include <cuda_runtime.h>

#include <chrono>
#include <cstdio>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "worker/device/cuda_plugin.h"

extern "C" void rad_cuda_device_identity(char* identity) {
  cudaDeviceProp properties{};
  *identity = '\0';
  if (cudaGetDeviceProperties(&properties, 0) != cudaSuccess) return;
  for (const char byte : properties.uuid.bytes) identity += std::sprintf(identity, "%02x", byte & 0xFF);
}

extern "C" void* rad_cuda_join_nccl(void* store, int rank, int world_size, long timeout_ms) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = std::chrono::milliseconds(timeout_ms);
  const auto shared = c10::intrusive_ptr<c10d::Store>::reclaim_copy(static_cast<c10d::Store*>(store));
  c10::intrusive_ptr<c10d::Backend> backend =
      c10::make_intrusive<c10d::ProcessGroupNCCL>(shared, rank, world_size, std::move(options));
  return backend.release();
}
