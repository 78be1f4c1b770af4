// Does this device run what we compiled for it? One block squares its thread indices.
#include <cuda_runtime.h>

#include <cstdio>

#include "worker/device/cuda_plugin.h"

namespace {

constexpr int kThreads = 256;

__global__ void Square(int* out) {  // out [kThreads]
  out[threadIdx.x] = static_cast<int>(threadIdx.x * threadIdx.x);
}

cudaError_t RunSquare(int* host) {
  int* device = nullptr;
  cudaError_t error = cudaMalloc(&device, kThreads * sizeof(int));
  if (error != cudaSuccess) return error;
  Square<<<1, kThreads>>>(device);
  error = cudaGetLastError();
  if (error == cudaSuccess) error = cudaMemcpy(host, device, kThreads * sizeof(int), cudaMemcpyDeviceToHost);
  cudaFree(device);
  return error;
}

}  // namespace

extern "C" int rad_cuda_check_device(int device, char* name, int name_bytes) {
  cudaDeviceProp properties{};
  cudaError_t error = cudaGetDeviceProperties(&properties, device);
  if (error != cudaSuccess) return error;
  std::snprintf(name, name_bytes, "%s", properties.name);
  error = cudaSetDevice(device);
  int squares[kThreads] = {};
  if (error == cudaSuccess) error = RunSquare(squares);
  if (error != cudaSuccess) return error;
  for (int i = 0; i < kThreads; ++i) {
    if (squares[i] != i * i) return -1;
  }
  return 0;
}
