// ssd.h: the state-space scan of DiscreteMamba-2 (arXiv 2602.11374; Mamba-2's SSD without a step size):
//     S_t = a_t S_{t-1} + B_t x_t^T        y_t = C_t^T S_t + D x_t        a_t = exp(log_a_t)
// Ssd computes it chunk by chunk with matrix products, for training and prompts; SsdStep one token at a time.
// Both compute in float32 whatever the inputs and autocast say; kernels/ssd_scan.h is the reference.
// Shapes: b sequences, l tokens, h heads, P head dimension, N state dimension.
#pragma once

#include <ATen/ATen.h>

namespace rad {

// Tokens whose mixing is one masked matrix product. Longer sequences go from chunk to chunk through the
// state.
constexpr std::int64_t kSsdChunk = 128;

struct SsdInput {
  at::Tensor x;           // [b, l, h, P]
  at::Tensor B, C;        // [b, l, h, N]
  at::Tensor log_a;       // [b, l, h], at most 0
  at::Tensor D;           // [h]
  at::Tensor reset;       // [b, l] bool: a_t = 0 there (first token of a document); undefined: nowhere
  at::Tensor init_state;  // [b, h, N, P]; undefined: zero
};

struct SsdOutput {
  at::Tensor y;            // [b, l, h, P] float32
  at::Tensor final_state;  // [b, h, N, P] float32; undefined unless asked for
};

// Differentiable in every input but reset. Throws c10::Error when shapes do not fit.
SsdOutput Ssd(const SsdInput& in, bool want_final_state, std::int64_t chunk = kSsdChunk);

// The matrix M of y = M x per head, D on its diagonal: [b, h, l, l]. For zero initial state; not
// differentiable.
at::Tensor SsdMixingMatrix(const SsdInput& in);

// One token: x [b, h, P], B and C [b, h, N], log_a [b, h], D [h] -> y [b, h, P]. Replaces `state` [b, h, N,
// P], which must be float32 and contiguous.
at::Tensor SsdStep(const at::Tensor& x, const at::Tensor& B, const at::Tensor& C, const at::Tensor& log_a,
                   const at::Tensor& D, at::Tensor& state);

// Where documents begin: document [b, t] int64 -> [b, t] bool; undefined for undefined.
at::Tensor DocumentStarts(const at::Tensor& document);

}  // namespace rad
