#include "worker/distill/restore_tensors.h"

#include <ATen/core/grad_mode.h>

#include <sstream>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

std::string Describe(const at::Tensor& tensor) {
  std::ostringstream out;
  out << tensor.scalar_type() << " " << tensor.sizes();
  return out.str();
}

}  // namespace

absl::Status RestoreTensors(const TensorFile& file, const std::vector<NamedTensor>& tensors) {
  const at::NoGradGuard no_grad;
  for (const NamedTensor& wanted : tensors) {
    const auto found = file.tensors.find(wanted.name);
    if (found == file.tensors.end())
      return absl::DataLossError(absl::StrCat("no tensor ", wanted.name, " in the file"));
    const at::Tensor& value = found->second;
    if (value.scalar_type() != wanted.tensor.scalar_type() || value.sizes() != wanted.tensor.sizes()) {
      return absl::DataLossError(absl::StrCat("tensor ", wanted.name, " is ", Describe(value),
                                              " in the file, wanted ", Describe(wanted.tensor)));
    }
    wanted.tensor.copy_(value);
  }
  return absl::OkStatus();
}

}  // namespace rad
