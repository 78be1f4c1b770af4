#include "worker/device/load_cuda_plugin.h"

#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace rad {

absl::StatusOr<void*> LoadCudaPlugin() {
  std::error_code ignored;
  const std::filesystem::path path =
      std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "librad_cuda.so";
  if (!std::filesystem::exists(path, ignored))
    return absl::NotFoundError("built without CUDA (the `cuda` preset makes librad_cuda.so)");
  void* plugin = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr)
    return absl::UnavailableError(absl::StrCat("librad_cuda.so cannot be loaded: ", dlerror()));
  return plugin;
}

}  // namespace rad
