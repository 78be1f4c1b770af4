#include "worker/distill/check_training.h"

#include "absl/strings/str_cat.h"

namespace rad {

absl::Status CheckTraining(const std::string& section, std::int64_t tokens, double learning_rate,
                           int batch_sequences) {
  const auto bad = [&](const char* field, auto value) {
    return absl::InvalidArgumentError(absl::StrCat(section, ".", field, ": ", value, " is not positive"));
  };
  if (tokens <= 0) return bad("tokens", tokens);
  if (!(learning_rate > 0)) return bad("learning_rate", learning_rate);
  if (batch_sequences <= 0) return bad("batch_sequences", batch_sequences);
  return absl::OkStatus();
}

absl::Status CheckSsmSize(const SsmSize& size) {
  if (size.state_dim < 1)
    return absl::InvalidArgumentError(
        absl::StrCat("student.state_dim: ", size.state_dim, " is not positive"));
  if (size.head_dim < 0)
    return absl::InvalidArgumentError(absl::StrCat("student.head_dim: ", size.head_dim, " is negative"));
  return absl::OkStatus();
}

std::int64_t TensorBytes(const std::vector<NamedTensor>& tensors) {
  std::int64_t bytes = 0;
  for (const NamedTensor& named : tensors) bytes += static_cast<std::int64_t>(named.tensor.nbytes());
  return bytes;
}

}  // namespace rad
