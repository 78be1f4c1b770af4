// load_cuda_plugin.h: librad_cuda.so, which the `cuda` preset puts beside the program, and its functions.
#pragma once

#include <dlfcn.h>

#include "absl/status/statusor.h"

namespace rad {

// The same handle every time; never closed, as CUDA's libraries do not survive it. NOT_FOUND where this is a
// build without CUDA, UNAVAILABLE where a library that it needs is missing.
absl::StatusOr<void*> LoadCudaPlugin();

// A function of cuda_plugin.h, or null where the plugin is of another version.
template <typename Function>
Function* CudaFunction(void* plugin, const char* name) {
  return reinterpret_cast<Function*>(dlsym(plugin, name));
}

}  // namespace rad
