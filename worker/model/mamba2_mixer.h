// mamba2_mixer.h: the DiscreteMamba-2 heads of one layer, up to but without the output projection, so that
// they can be joined with attention heads and compared with a teacher's heads one by one:
//     in_proj(u) -> x, B, C, z, A_log;  x, B, C -> causal convolution of width 4;  y = SSD(x, B, C,
//     sigmoid(-A_log)) + D x output of the heads = y * silu(z + z_bias)
// Shapes: b sequences, t tokens, d hidden, H heads, P head dimension, N state dimension, Q head dimension of
// the teacher. Everything is head-major.
#pragma once

#include <ATen/ATen.h>

#include <span>

#include "worker/model/ssd.h"
#include "worker/model/ssm_size.h"

namespace rad {

// With zero z rows this makes the gate 1: silu(kUnitGateBias) = 1.
constexpr double kUnitGateBias = 1.278464542761;
constexpr std::int64_t kConvHistory = 3;  // tokens before the current one that the convolution reads

struct Mamba2Weights {
  std::int64_t heads = 0, head_dim = 0, state_dim = 0;
  at::Tensor in_proj;       // [2*H*P + 2*H*N + H, d], rows x, B, C, z, A_log
  at::Tensor in_proj_bias;  // one per row, float32; undefined: none
  at::Tensor conv_weight;   // [H*P + 2*H*N, 4] over x, B, C; float32 like all that follow
  at::Tensor conv_bias;     // [H*P + 2*H*N]
  at::Tensor z_bias;        // [H*P]; undefined: 0
  at::Tensor D;             // [H]
  // [H, Q, P]: a head's output as the teacher's head would give it, for the teacher's output projection to
  // read; undefined: P is Q, and it is the output itself. In a student it is part of the output projection.
  at::Tensor out;

  std::int64_t x_rows() const { return heads * head_dim; }
  std::int64_t b_rows() const { return heads * state_dim; }  // and of C
  std::int64_t conv_channels() const { return x_rows() + 2 * b_rows(); }
  std::int64_t rows() const { return conv_channels() + x_rows() + heads; }
};

// float32 weights with in_proj and its bias zero, the convolution the identity, the gate and D 1.
Mamba2Weights MakeMamba2Weights(std::int64_t hidden, std::int64_t heads, std::int64_t head_dim,
                                std::int64_t state_dim);

// The same with an SSM head of this size for every head of a layer of the teacher; `out`, where there is one,
// is 0.
Mamba2Weights BlankMixer(const ModelConfig& teacher, const SsmSize& size);

// The weights of some heads, in the order given; copies, differentiable with respect to `w`.
Mamba2Weights SelectHeads(const Mamba2Weights& w, std::span<const int> heads);

// What decoding carries from token to token.
struct Mamba2State {
  at::Tensor conv;  // [b, 3, H*P + 2*H*N]: the convolution's last inputs, oldest first
  at::Tensor ssm;   // [b, H, N, P]
};
Mamba2State MakeMamba2State(const Mamba2Weights& w, std::int64_t batch, at::ScalarType dtype);

// u [b, t, d] -> every head's gated output [b, t, H*P]. reset as in SsdInput. Differentiable.
at::Tensor Mamba2Heads(const Mamba2Weights& w, const at::Tensor& u, const at::Tensor& reset = {});

// Mamba2Heads' outputs [b, t, H*P] -> [b, t, H*Q], by `out`. Differentiable.
at::Tensor AsTeacherHeads(const Mamba2Weights& w, const at::Tensor& outputs);

// Mamba2Heads from `state`, which is left as it stands after the last token. One token takes the recurrent
// step, more go through the chunked scan. The state is kept in its dtype, and the arithmetic is float32.
at::Tensor Mamba2HeadsFrom(const Mamba2Weights& w, const at::Tensor& u, Mamba2State& state);

// What the scan gets to see for u: x, B, C after the convolution, log decay and D.
SsdInput Mamba2ScanInput(const Mamba2Weights& w, const at::Tensor& u);

}  // namespace rad
