// adamw.h: AdamW over named parameters, with clipping of the gradient's norm. Its state is named tensors, so
// that a checkpoint of it is a list of them. Not thread-safe.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

#include "worker/model/named_tensor.h"

namespace rad {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-8;
  double weight_decay = 0;
  double max_gradient_norm = 1;
};

class AdamW {
 public:
  // The parameters are float32 leaves that require a gradient; the optimizer changes them in place.
  AdamW(std::vector<NamedTensor> parameters, const AdamWOptions& options);

  // One step from the parameters' gradients, which are dropped afterwards. A gradient with a norm above
  // max_gradient_norm is scaled down to it. Returns the norm before that. If it is not finite, nothing but
  // the dropping happens: parameters and state are as before.
  double Step(double learning_rate);

  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  // The moments, named "<parameter>.exp_avg" and "<parameter>.exp_avg_sq", and "<prefix>.step"; the tensors
  // share storage with the optimizer, so that copying into them restores it.
  std::vector<NamedTensor> State(const std::string& prefix) const;

 private:
  std::vector<NamedTensor> parameters_;
  std::vector<at::Tensor> values_, exp_avg_, exp_avg_sq_;
  at::Tensor step_;  // float32 scalar, as the fused kernel wants it
  AdamWOptions options_;
};

// The states of optimizers of one layer each, prefixes "layers.0", "layers.1", ...
std::vector<NamedTensor> StateByLayer(const std::vector<AdamW>& optimizers);

}  // namespace rad
