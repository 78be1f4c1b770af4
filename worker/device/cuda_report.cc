#include "worker/device/cuda_report.h"

#include <dlfcn.h>

#include <array>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "worker/device/cuda_plugin.h"

namespace rad {
namespace {

std::filesystem::path PluginPath() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "librad_cuda.so";
}

template <typename Function>
Function* Find(void* plugin, const char* name) {
  return reinterpret_cast<Function*>(dlsym(plugin, name));
}

}  // namespace

CudaReport DescribeCuda() {
  CudaReport report;
  std::error_code ignored;
  if (!std::filesystem::exists(PluginPath(), ignored)) {
    report.problem = "built without CUDA (the `cuda` preset makes librad_cuda.so)";
    return report;
  }
  // Never closed: CUDA's libraries do not survive it.
  void* plugin = dlopen(PluginPath().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) {
    report.problem = absl::StrCat("librad_cuda.so cannot be loaded: ", dlerror());
    return report;
  }
  auto* versions = Find<decltype(rad_cuda_versions)>(plugin, "rad_cuda_versions");
  auto* check_device = Find<decltype(rad_cuda_check_device)>(plugin, "rad_cuda_check_device");
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
