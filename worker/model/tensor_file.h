// tensor_file.h: LibTorch tensors in safetensors files: artifacts, checkpoints, test cases.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "worker/model/named_tensor.h"

namespace rad {

struct TensorFile {
  std::map<std::string, at::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Reads every tensor into memory of its own. Errors as in safetensors.h.
absl::StatusOr<TensorFile> ReadTensorFile(const std::filesystem::path& path);

// Writes the tensors' values (CPU, any strides) with WriteSafetensors: on an error no file is there, or the
// one from before is.
absl::Status WriteTensorFile(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                             const std::map<std::string, std::string>& metadata);

}  // namespace rad
