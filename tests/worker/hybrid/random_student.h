// random_student.h: a small student with random weights in every part, so that no part can be wrong unseen.
#pragma once

#include <utility>
#include <vector>

#include "tests/worker/transformer/random_transformer.h"
#include "worker/model/hybrid.h"

namespace rad {

// SSM heads that really depend on their input: random projections, gates, convolutions and decays.
inline Mamba2Weights RandomMamba2(const ModelConfig& config, const SsmSize& size) {
  Mamba2Weights w = BlankMixer(config, size);
  w.in_proj = at::randn(w.in_proj.sizes()) * 0.3;
  w.in_proj_bias = at::randn(w.in_proj_bias.sizes()) * 0.3;
  w.conv_weight = at::randn(w.conv_weight.sizes()) * 0.5;
  w.conv_bias = at::randn(w.conv_bias.sizes()) * 0.1;
  w.z_bias = at::randn(w.z_bias.sizes());
  w.D = at::randn(w.D.sizes());
  if (w.out.defined()) w.out = at::randn(w.out.sizes());
  return w;
}

// kept: one ascending list of heads per layer of the teacher.
inline HybridStudent RandomStudent(const Transformer& teacher, const std::vector<std::vector<int>>& kept,
                                   const SsmSize& size, Join join = Join::kReplace) {
  HybridStudent student{WithoutAttention(teacher), size, join};
  for (std::size_t l = 0; l < teacher.layers.size(); ++l) {
    HybridLayer layer = MakeHybridLayer(teacher.config, teacher.layers[l].attention, kept.at(l), join,
                                        RandomMamba2(teacher.config, size));
    if (layer.adapter.defined()) {
      layer.adapter = at::randn(layer.adapter.sizes()) * 0.2;
      layer.adapter_bias = at::randn(layer.adapter_bias.sizes()) * 0.2;
    }
    if (join == Join::kSum) layer.o = at::randn(layer.o.sizes()) * 0.2;  // it starts with zeros
    student.layers.push_back(std::move(layer));
  }
  return student;
}

}  // namespace rad
