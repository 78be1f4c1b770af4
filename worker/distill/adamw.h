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
  double weight_decay = 0;  // of matrices only, see IsDecayed
  double max_gradient_norm = 1;
};

// Whether weight decay is for this parameter: matrices and embeddings, not the vectors (norms, biases,
// skips), nor the convolutions' filters, which do nothing where they are left alone.
bool IsDecayed(const NamedTensor& parameter);

inline constexpr const char* kMomentNames[] = {".exp_avg", ".exp_avg_sq"};

class AdamW {
 public:
  // The parameters are float32 leaves that require a gradient; the optimizer changes them in place. With
  // `owned`, one entry per parameter, only those are changed and have moments here; the clipping is still by
  // the gradient of all.
  AdamW(std::vector<NamedTensor> parameters, const AdamWOptions& options, std::vector<bool> owned = {});

  // One step from the parameters' gradients, which are dropped afterwards. A gradient with a norm above
  // max_gradient_norm is scaled down to it. Returns the norm before that. If it is not finite, nothing but
  // the dropping happens: parameters and state are as before.
  double Step(double learning_rate);

  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  // The owned parameters' moments, two of each, named <parameter> + kMomentNames. The tensors share storage
  // with the optimizer, here and below, so that copying into them restores it.
  std::vector<NamedTensor> Moments() const;
  // "<prefix>.step" and the moments.
  std::vector<NamedTensor> State(const std::string& prefix) const;

 private:
  void Update(const std::vector<std::size_t>& parameters, double weight_decay,
              const std::vector<at::Tensor>& gradients, double learning_rate, const at::Tensor& scale);

  std::vector<NamedTensor> parameters_;
  std::vector<std::size_t> decayed_, plain_;  // indices of the owned ones
  std::vector<at::Tensor> values_;
  std::vector<at::Tensor> exp_avg_, exp_avg_sq_;  // undefined where not owned
  at::Tensor step_;                               // float32 scalar, as the fused kernel wants it
  AdamWOptions options_;
};

// The states of optimizers of one layer each, prefixes "layers.0", "layers.1", ...
std::vector<NamedTensor> StateByLayer(const std::vector<AdamW>& optimizers);

}  // namespace rad
