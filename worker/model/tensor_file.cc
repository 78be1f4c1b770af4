#include "worker/model/tensor_file.h"

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "worker/model/safetensors_writer.h"
#include "worker/model/str_cat.h"

namespace rad {
namespace {

struct TypePair {
  DType file;
  at::ScalarType tensor;
};
constexpr std::array<TypePair, 10> kTypes = {{{DType::kBool, at::kBool},
                                              {DType::kU8, at::kByte},
                                              {DType::kI8, at::kChar},
                                              {DType::kI16, at::kShort},
                                              {DType::kI32, at::kInt},
                                              {DType::kI64, at::kLong},
                                              {DType::kF16, at::kHalf},
                                              {DType::kBF16, at::kBFloat16},
                                              {DType::kF32, at::kFloat},
                                              {DType::kF64, at::kDouble}}};

absl::StatusOr<at::Tensor> ToTensor(const TensorView& view) {
  for (const TypePair& type : kTypes) {
    if (type.file != view.dtype) continue;
    at::Tensor tensor = at::empty(view.shape, type.tensor);
    if (!view.data.empty()) std::memcpy(tensor.mutable_data_ptr(), view.data.data(), view.data.size());
    return tensor;
  }
  return absl::InvalidArgumentError(
      StrCat("tensor ", view.name, " has dtype ", DTypeName(view.dtype), ", which is not supported here"));
}

absl::StatusOr<TensorView> ToView(const NamedTensor& named) {
  for (const TypePair& type : kTypes) {
    if (type.tensor != named.tensor.scalar_type()) continue;
    const auto* data = static_cast<const std::byte*>(named.tensor.const_data_ptr());
    return TensorView{named.name, type.file, named.tensor.sizes().vec(), {data, named.tensor.nbytes()}};
  }
  return absl::InvalidArgumentError(StrCat("tensor ", named.name, " has type ",
                                           at::toString(named.tensor.scalar_type()),
                                           ", which safetensors lacks"));
}

}  // namespace

absl::StatusOr<TensorFile> ReadTensorFile(const std::filesystem::path& path) {
  const auto file = SafetensorsFile::Open(path);
  if (!file.ok()) return file.status();
  TensorFile out;
  out.metadata = file->contents().metadata;
  for (const auto& [name, view] : file->contents().tensors) {
    auto tensor = ToTensor(view);
    if (!tensor.ok()) {
      return absl::Status(tensor.status().code(),
                          StrCat(path.string(), ": ", std::string(tensor.status().message())));
    }
    out.tensors.emplace(name, *std::move(tensor));
  }
  return out;
}

absl::Status WriteTensorFile(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                             const std::map<std::string, std::string>& metadata) {
  std::vector<at::Tensor> dense;  // keeps the views' bytes
  std::vector<TensorView> views;
  for (const NamedTensor& named : tensors) {
    dense.push_back(named.tensor.detach().contiguous());
    auto view = ToView({named.name, dense.back()});
    if (!view.ok()) return view.status();
    views.push_back(*std::move(view));
  }
  return WriteSafetensors(path, views, metadata);
}

}  // namespace rad
