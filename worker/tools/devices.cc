#include <ATen/Version.h>
#include <torch/version.h>

#include <iostream>

#include "worker/device/cuda_report.h"
#include "worker/tools/tools.h"

namespace rad {

int DevicesTool(int, char**) {
  std::cout << "LibTorch " << TORCH_VERSION << ", CPU capability " << at::get_cpu_capability() << "\n";
  const CudaReport cuda = DescribeCuda();
  if (cuda.built) std::cout << "NCCL " << cuda.nccl_version << "\n";
  for (const std::string& name : cuda.devices) std::cout << "cuda: " << name << "\n";
  if (!cuda.problem.empty()) std::cout << "cuda: " << cuda.problem << "\n";
  return 0;
}

}  // namespace rad
