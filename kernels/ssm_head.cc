#include "kernels/ssm_head.h"

#include <algorithm>
#include <cmath>

#include "kernels/lanes.h"
#include "kernels/row_products.h"

namespace rad::kernels {
namespace {

constexpr std::int64_t kTaps = 4;  // of the convolution
// Below this a decay counts as 0: smaller numbers are denormal in float, slow and without weight.
constexpr double kNegligible = 1e-37;

// Some columns of the projection that go through the convolution together: x, B or C of the head. Rows are
// padded with zeros to whole lanes, and so are the tokens.
struct Group {
  std::int64_t column, count, width;  // first column, columns, padded columns
  float *raw, *value, *grad;  // [t, width]: before and after the convolution, and the gradient of value
  float *taps, *bias;         // [4, width], [width]
};

struct Scratch {
  std::int64_t t;  // padded
  Group x, B, C;
  float *z, *gate, *grad_y;        // [t, x.width]
  float *keys, *values;            // B and x transposed: [B.width, t], [x.width, t]
  float *scores, *decays, *grads;  // [4, t]
  float* paths;                    // [t, t]
  double *decay, *row, *sums;      // [t]

  Scratch(const SsmHeadShape& shape, std::int64_t head, float* memory) : t(Padded(shape.tokens)) {
    const std::int64_t p = shape.head_dim, n = shape.state_dim, first_b = shape.x_columns(),
                       first_c = first_b + shape.heads * n;
    const auto doubles = [&] {
      memory += 2 * t;
      return reinterpret_cast<double*>(memory - 2 * t);
    };
    decay = doubles(), row = doubles(), sums = doubles();
    const auto floats = [&](std::int64_t count) {
      memory += count;
      return memory - count;
    };
    const auto group = [&](std::int64_t column, std::int64_t count) {
      const std::int64_t width = Padded(count), size = t * width;
      return Group{
          column,       count, width, floats(size), floats(size), floats(size), floats(kTaps * width),
          floats(width)};
    };
    x = group(head * p, p), B = group(first_b + head * n, n), C = group(first_c + head * n, n);
    z = floats(t * x.width), gate = floats(t * x.width), grad_y = floats(t * x.width);
    keys = floats(t * B.width), values = floats(t * x.width);
    scores = floats(kRows * t), decays = floats(kRows * t), grads = floats(kRows * t);
    paths = floats(t * t);
  }
};

template <typename T>
RAD_INLINE void LoadAndConvolve(const SsmHeadShape& shape, const SsmHeadWeights& weights, const T* projected,
                                std::int64_t t, const Group& g) {
  LoadColumns(shape.tokens, projected + g.column, shape.columns(), g.count,
              weights.bias == nullptr ? nullptr : weights.bias + g.column, t, g.width, g.raw);
  std::fill(g.taps, g.taps + kTaps * g.width, 0.0F);
  std::fill(g.bias, g.bias + g.width, 0.0F);
  for (std::int64_t c = 0; c < g.count; ++c) {
    for (std::int64_t k = 0; k < kTaps; ++k)
      g.taps[k * g.width + c] = weights.conv_weight[(g.column + c) * kTaps + k];
    g.bias[c] = weights.conv_bias[g.column + c];
  }
  ForWidth(
      g.width, [&](std::int64_t c) __attribute__((always_inline)) {
        for (std::int64_t i = 0; i < t; ++i) {
          Lanes sum = i < shape.tokens ? Load(g.bias + c) : Lanes{};
          for (std::int64_t k = std::max<std::int64_t>(0, kTaps - 1 - i); k < kTaps && i < shape.tokens; ++k)
            sum += Load(g.taps + k * g.width + c) * Load(g.raw + (i - kTaps + 1 + k) * g.width + c);
          Store(g.value + i * g.width + c, sum);
        }
      });
}

// g.grad, of the convolution's output, becomes that of its input; writes the weights' gradients.
template <typename T>
RAD_INLINE void ConvolveBackward(const SsmHeadShape& shape, const SsmHeadGradients& gradients, const Group& g,
                                 T* grad_projected) {
  const std::int64_t tokens = shape.tokens;
  ForWidth(
      g.width, [&](std::int64_t c) __attribute__((always_inline)) {
        Lanes taps[kTaps] = {}, bias{}, input{};
        for (std::int64_t i = 0; i < tokens; ++i) {
          const Lanes grad = Load(g.grad + i * g.width + c);
          bias += grad;
          for (std::int64_t k = std::max<std::int64_t>(0, kTaps - 1 - i); k < kTaps; ++k)
            taps[k] += grad * Load(g.raw + (i - kTaps + 1 + k) * g.width + c);
          Lanes back{};  // token i was read by tokens i .. i+3, which still hold gradients of outputs
          for (std::int64_t k = kTaps - 1; k >= 0 && i + kTaps - 1 - k < tokens; --k)
            back += Load(g.taps + k * g.width + c) * Load(g.grad + (i + kTaps - 1 - k) * g.width + c);
          input += back;
          Store(g.grad + i * g.width + c, back);
        }
        const std::int64_t count = std::min(kLanes, g.count - c), column = g.column + c;
        StoreUpTo(gradients.conv_bias + column, bias, count);
        if (gradients.bias != nullptr) StoreUpTo(gradients.bias + column, input, count);
        for (std::int64_t i = 0; i < count; ++i) {
          for (std::int64_t k = 0; k < kTaps; ++k)
            gradients.conv_weight[(column + i) * kTaps + k] = taps[k][i];
        }
      });
  StoreColumns(tokens, g.grad, g.width, g.count, shape.columns(), grad_projected + g.column);
}

RAD_INLINE Lanes Sigmoid(const Lanes& x) { return 1 / (1 + Exp(-x)); }

// Everything that both ways need: convolved x, B and C, z with its bias, decays.
template <typename T>
RAD_INLINE void LoadHead(const SsmHeadShape& shape, std::int64_t head, const SsmHeadWeights& weights,
                         const T* projected, const bool* reset, const Scratch& s) {
  for (const Group* g : {&s.x, &s.B, &s.C}) LoadAndConvolve(shape, weights, projected, s.t, *g);
  const std::int64_t z = shape.channels() + head * shape.head_dim,
                     a = shape.channels() + shape.x_columns() + head;
  LoadColumns(shape.tokens, projected + z, shape.columns(), shape.head_dim,
              weights.bias == nullptr ? nullptr : weights.bias + z, s.t, s.x.width, s.z);
  if (weights.z_bias != nullptr) {
    const float* bias = weights.z_bias + head * shape.head_dim;
    for (std::int64_t i = 0; i < shape.tokens; ++i) {
      for (std::int64_t p = 0; p < shape.head_dim; ++p) s.z[i * s.x.width + p] += bias[p];
    }
  }
  for (std::int64_t i = 0; i < s.t; ++i) {
    if (i >= shape.tokens || (reset != nullptr && reset[i])) {
      s.decay[i] = 0;
      continue;
    }
    const double a_log = LoadUpTo(projected + i * shape.columns() + a, 1)[0] +
                         (weights.bias == nullptr ? 0.0F : weights.bias[a]);
    s.decay[i] = 1 / (1 + std::exp(a_log));
  }
  std::fill(s.row, s.row + s.t, 0.0);
  Transpose(s.B.value, s.t, s.B.width, s.keys);
}

// The mixing of tokens i .. i+3 over tokens j < end: s.decays[r][j] = a_{i+r} ... a_{j+1} (1 on the diagonal,
// 0 behind it), s.scores[r][j] = that times C.B. s.row goes from token i-1 to token i+3.
RAD_INLINE void MixingRows(const Scratch& s, std::int64_t i, std::int64_t state_dim, std::int64_t end) {
  Products(s.C.value + i * s.C.width, s.C.width, state_dim, s.keys, s.t, end, s.scores);
  for (std::int64_t r = 0; r < kRows; ++r) {
    const double decay = s.decay[i + r];
    float* out = s.decays + r * s.t;
    for (std::int64_t j = 0; j < end; ++j) {
      const double next = s.row[j] * decay;
      s.row[j] = next < kNegligible ? 0.0 : next;
    }
    s.row[i + r] = 1;
    for (std::int64_t j = 0; j < end; ++j) out[j] = static_cast<float>(s.row[j]);
    for (std::int64_t j = 0; j < end; j += kLanes)
      Store(s.scores + r * s.t + j, Load(s.scores + r * s.t + j) * Load(out + j));
  }
}

// y of tokens i .. i+3 from s.scores, into `to` [4, x.width].
RAD_INLINE void OutputRows(const Scratch& s, std::int64_t i, float skip, float* to) {
  Mix(s.scores, s.t, i + kRows, s.x.value, s.x.width, to);
  for (std::int64_t k = 0; k < kRows * s.x.width; k += kLanes)
    Store(to + k, Load(to + k) + Load(s.x.value + i * s.x.width + k) * skip);
}

template <typename T>
RAD_MULTIVERSION void Forward(const SsmHeadShape& shape, std::int64_t head, const SsmHeadWeights& weights,
                              const T* projected, const bool* reset, T* out, float* memory) {
  const Scratch s(shape, head, memory);
  LoadHead(shape, head, weights, projected, reset, s);
  for (std::int64_t i = 0; i < shape.tokens; i += kRows) {
    MixingRows(s, i, shape.state_dim, Padded(i + kRows));
    float* y = s.gate + i * s.x.width;
    OutputRows(s, i, weights.skip[head], y);
    for (std::int64_t k = 0; k < kRows * s.x.width; k += kLanes) {
      const Lanes z = Load(s.z + i * s.x.width + k);
      Store(y + k, Load(y + k) * z * Sigmoid(z));
    }
  }
  StoreColumns(shape.tokens, s.gate, s.x.width, shape.head_dim, shape.x_columns(),
               out + head * shape.head_dim);
}

// s.grad_y holds the gradient of the gated output; becomes that of y. s.gate: d silu(z) / dz times that
// gradient, to be multiplied with y for the gradient of z.
RAD_INLINE void GateBackward(const Scratch& s) {
  for (std::int64_t k = 0; k < s.t * s.x.width; k += kLanes) {
    const Lanes z = Load(s.z + k), grad = Load(s.grad_y + k), sigmoid = Sigmoid(z);
    Store(s.gate + k, grad * sigmoid * (1 + z * (1 - sigmoid)));
    Store(s.grad_y + k, grad * z * sigmoid);
  }
}

// s.paths[i][j] = dLoss/dM_ij M_ij, j < i. log a_k enters every M_ij with j < k <= i: from the last token
// back, s.sums[j] holds those of the rows i >= k. A_log gets -(1 - a) of it.
template <typename T>
RAD_INLINE void DecayBackward(const SsmHeadShape& shape, const Scratch& s, std::int64_t column,
                              float* bias_grad, T* grad_projected) {
  std::fill(s.sums, s.sums + s.t, 0.0);
  double bias = 0;
  for (std::int64_t k = shape.tokens - 1; k >= 0; --k) {
    const float* path = s.paths + k * s.t;
    double lanes[8] = {};  // independent partial sums, so that the loop needs no chain of additions
    for (std::int64_t j = 0; j < k; j += 8) {  // path is 0 from k on, and sums there count for no k below
      for (std::int64_t lane = 0; lane < 8; ++lane) {
        s.sums[j + lane] += path[j + lane];
        lanes[lane] += j + lane < k ? s.sums[j + lane] : 0;
      }
    }
    double sum = 0;
    for (const double lane : lanes) sum += lane;
    const double grad = s.decay[k] == 0 ? 0 : sum * (s.decay[k] - 1);
    bias += grad;
    StoreUpTo(grad_projected + k * shape.columns() + column, Splat(static_cast<float>(grad)), 1);
  }
  if (bias_grad != nullptr) bias_grad[column] = static_cast<float>(bias);
}

template <typename T>
RAD_MULTIVERSION void Backward(const SsmHeadShape& shape, std::int64_t head, const SsmHeadWeights& weights,
                               const T* projected, const bool* reset, const T* grad_out, T* grad_projected,
                               const SsmHeadGradients& gradients, float* memory) {
  const Scratch s(shape, head, memory);
  LoadHead(shape, head, weights, projected, reset, s);
  Transpose(s.x.value, s.t, s.x.width, s.values);
  LoadColumns(shape.tokens, grad_out + head * shape.head_dim, shape.x_columns(), shape.head_dim, nullptr, s.t,
              s.x.width, s.grad_y);
  GateBackward(s);
  const float skip = weights.skip[head];
  Lanes skip_grad{};
  for (std::int64_t k = 0; k < s.t * s.x.width; k += kLanes) {
    skip_grad += Load(s.grad_y + k) * Load(s.x.value + k);
    Store(s.x.grad + k, Load(s.grad_y + k) * skip);
  }
  std::fill(s.B.grad, s.B.grad + s.t * s.B.width, 0.0F);
  std::fill(s.C.grad, s.C.grad + s.t * s.C.width, 0.0F);
  for (std::int64_t i = 0; i < shape.tokens; i += kRows) {
    const std::int64_t end = Padded(i + kRows);
    MixingRows(s, i, shape.state_dim, end);
    const float* grad_y = s.grad_y + i * s.x.width;
    AddOuter(s.scores, s.t, i + kRows, grad_y, s.x.width, s.x.grad);
    Products(grad_y, s.x.width, shape.head_dim, s.values, s.t, end, s.grads);
    for (std::int64_t r = 0; r < kRows; ++r) {
      float* path = s.paths + (i + r) * s.t;
      for (std::int64_t j = r * s.t; j < r * s.t + end; j += kLanes) {
        Store(path + j - r * s.t, Load(s.grads + j) * Load(s.scores + j));
        Store(s.grads + j, Load(s.grads + j) * Load(s.decays + j));
      }
      path[i + r] = 0;
    }
    AddOuter(s.grads, s.t, i + kRows, s.C.value + i * s.C.width, s.C.width, s.B.grad);
    Mix(s.grads, s.t, i + kRows, s.B.value, s.B.width, s.C.grad + i * s.C.width);
    float* y = s.z + i * s.x.width;  // z has served, and gives its place to its gradient
    OutputRows(s, i, skip, y);
    for (std::int64_t k = 0; k < kRows * s.x.width; k += kLanes)
      Store(y + k, Load(y + k) * Load(s.gate + i * s.x.width + k));
  }
  for (const Group* g : {&s.x, &s.B, &s.C}) ConvolveBackward(shape, gradients, *g, grad_projected);
  const std::int64_t z = shape.channels() + head * shape.head_dim;
  StoreColumns(shape.tokens, s.z, s.x.width, shape.head_dim, shape.columns(), grad_projected + z);
  if (gradients.bias != nullptr) SumTokens(s.z, shape.tokens, s.x.width, shape.head_dim, gradients.bias + z);
  if (gradients.z_bias != nullptr)
    SumTokens(s.z, shape.tokens, s.x.width, shape.head_dim, gradients.z_bias + head * shape.head_dim);
  gradients.skip[head] = Sum(skip_grad);
  DecayBackward(shape, s, shape.channels() + shape.x_columns() + head, gradients.bias, grad_projected);
}

}  // namespace

std::int64_t SsmHeadScratch(const SsmHeadShape& shape) {
  const std::int64_t t = Padded(shape.tokens), p = Padded(shape.head_dim), n = Padded(shape.state_dim);
  const std::int64_t groups = (p + 2 * n) * (3 * t + kTaps + 1);
  return 3 * 2 * t + groups + 4 * t * p + t * n + 3 * kRows * t + t * t;
}

template <typename T>
void SsmHead(const SsmHeadShape& shape, std::int64_t head, const SsmHeadWeights& weights, const T* projected,
             const bool* reset, T* out, float* scratch) {
  Forward(shape, head, weights, projected, reset, out, scratch);
}

template <typename T>
void SsmHeadBackward(const SsmHeadShape& shape, std::int64_t head, const SsmHeadWeights& weights,
                     const T* projected, const bool* reset, const T* grad_out, T* grad_projected,
                     const SsmHeadGradients& gradients, float* scratch) {
  Backward(shape, head, weights, projected, reset, grad_out, grad_projected, gradients, scratch);
}

template void SsmHead(const SsmHeadShape&, std::int64_t, const SsmHeadWeights&, const float*, const bool*,
                      float*, float*);
template void SsmHead(const SsmHeadShape&, std::int64_t, const SsmHeadWeights&, const Bf16*, const bool*,
                      Bf16*, float*);
template void SsmHeadBackward(const SsmHeadShape&, std::int64_t, const SsmHeadWeights&, const float*,
                              const bool*, const float*, float*, const SsmHeadGradients&, float*);
template void SsmHeadBackward(const SsmHeadShape&, std::int64_t, const SsmHeadWeights&, const Bf16*,
                              const bool*, const Bf16*, Bf16*, const SsmHeadGradients&, float*);

}  // namespace rad::kernels
