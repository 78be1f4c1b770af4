// check_training.h: what the settings of any training task must satisfy, and sums over its tensors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/model/named_tensor.h"
#include "worker/model/ssm_size.h"

namespace rad {

// INVALID_ARGUMENT names "<section>.<field>".
absl::Status CheckTraining(const std::string& section, std::int64_t tokens, double learning_rate,
                           int batch_sequences);
absl::Status CheckSsmSize(const SsmSize& size);

// Steps of step_tokens that train on at least `tokens`.
inline std::int64_t StepsFor(std::int64_t tokens, std::int64_t step_tokens) {
  return (tokens + step_tokens - 1) / step_tokens;
}

std::int64_t TensorBytes(const std::vector<NamedTensor>& tensors);

}  // namespace rad
