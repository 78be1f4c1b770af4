#include "worker/device/cuda_report.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "worker/device/cuda_plugin.h"
#include "worker/device/load_cuda_plugin.h"

namespace rad {

CudaReport DescribeCuda() {
  CudaReport report;
  const absl::StatusOr<void*> plugin = LoadCudaPlugin();
  if (!plugin.ok()) {
    report.problem = std::string(plugin.status().message());
    return report;
  }
  auto* versions = CudaFunction<decltype(rad_cuda_versions)>(*plugin, "rad_cuda_versions");
  auto* check_device = CudaFunction<decltype(rad_cuda_check_device)>(*plugin, "rad_cuda_check_device");
  if (versions == nullptr || check_device == nullptr) {
    report.problem = "librad_cuda.so is of another version: build the `cuda` preset again";
    return report;
  }
  report.built = true;
  int nccl = 0, devices = 0;
  versions(&nccl, &devices);
  report.nccl_version = absl::StrCat(nccl / 10000, ".", nccl / 100 % 100, ".", nccl % 100);
  if (devices == 0) report.problem = "no CUDA device";
  for (int device = 0; device < devices; ++device) {
    std::array<char, 256> name{};
    const int error = check_device(device, name.data(), static_cast<int>(name.size()));
    if (error == 0) {
      report.devices.emplace_back(name.data());
    } else {
      absl::StrAppend(&report.problem, report.problem.empty() ? "" : "; ", "device ", device, " (",
                      name.data(), ") failed the check kernel with ", error);
    }
  }
  return report;
}

}  // namespace rad
