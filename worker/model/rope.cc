// The angles of rotary position embeddings: MakeRope and ApplyRope of transformer.h.
#include <cmath>
#include <numbers>
#include <vector>

#include "worker/model/rotary.h"
#include "worker/model/transformer.h"

namespace rad {
namespace {

// Llama 3's stretch: long wavelengths are slowed down by `factor`, short ones kept, a ramp between.
double StretchFrequency(double frequency, const RopeScaling& scaling) {
  const double wavelength = 2 * std::numbers::pi / frequency;
  const double turns = scaling.original_context / wavelength;  // within the context of pre-training
  if (turns > scaling.high_freq_factor) return frequency;
  if (turns < scaling.low_freq_factor) return frequency / scaling.factor;
  const double ramp =
      (turns - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
  return (1 - ramp) * frequency / scaling.factor + ramp * frequency;
}

std::vector<double> Frequencies(const ModelConfig& config) {
  std::vector<double> frequencies(config.head_dim / 2);
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    frequencies[i] = std::pow(config.rope_base, -2.0 * i / config.head_dim);
    if (!config.rope_factors.empty()) {
      frequencies[i] /= config.rope_factors.at(i);
    } else if (config.rope_scaling) {
      frequencies[i] = StretchFrequency(frequencies[i], *config.rope_scaling);
    }
  }
  return frequencies;
}

}  // namespace

Rope MakeRope(const ModelConfig& config, std::int64_t begin, std::int64_t count) {
  const std::vector<double> frequencies = Frequencies(config);
  const std::int64_t half = frequencies.size();
  Rope rope{at::empty({count, half}, at::kFloat), at::empty({count, half}, at::kFloat)};
  float *cos = rope.cos.mutable_data_ptr<float>(), *sin = rope.sin.mutable_data_ptr<float>();
  for (std::int64_t t = 0; t < count; ++t) {
    for (std::int64_t i = 0; i < half; ++i) {
      const double angle = (begin + t) * frequencies[i];
      cos[t * half + i] = std::cos(angle);
      sin[t * half + i] = std::sin(angle);
    }
  }
  return rope;
}

at::Tensor ApplyRope(const at::Tensor& x, const Rope& rope) { return RotateHalves(x, rope.cos, rope.sin); }

}  // namespace rad
