#include "worker/distill/mixer_tensors.h"

#include "absl/strings/str_cat.h"

namespace rad {

std::vector<NamedTensor> MixerTensors(int layer, const Mamba2Weights& weights) {
  const auto name = [&](const char* of) { return absl::StrCat("layers.", layer, ".ssm.", of); };
  std::vector<NamedTensor> tensors = {{name("in_proj.weight"), weights.in_proj},
                                      {name("in_proj.bias"), weights.in_proj_bias},
                                      {name("conv1d.weight"), weights.conv_weight},
                                      {name("conv1d.bias"), weights.conv_bias},
                                      {name("z_bias"), weights.z_bias},
                                      {name("D"), weights.D}};
  if (weights.out.defined()) tensors.push_back({name("out"), weights.out});
  return tensors;
}

}  // namespace rad
