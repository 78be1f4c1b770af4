#include "kernels/ssd_scan.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace rad::kernels {
namespace {

// Where token t of head k of sequence s lies in [b, l, h] arrays; times P or N for those with a further
// dimension.
std::int64_t At(const SsdShape& shape, std::int64_t s, std::int64_t t, std::int64_t k) {
  return (s * shape.l + t) * shape.h + k;
}

template <typename T>
T Decay(const SsdShape& shape, const SsdArguments<T>& in, std::int64_t s, std::int64_t t, std::int64_t k) {
  if (in.reset != nullptr && in.reset[s * shape.l + t] != 0) return 0;
  return std::exp(in.log_a[At(shape, s, t, k)]);
}

// The state before token 0 of one head.
template <typename T>
std::vector<T> InitialState(const SsdShape& shape, const SsdArguments<T>& in, std::int64_t s,
                            std::int64_t k) {
  const std::int64_t size = shape.N * shape.P;
  if (in.init_state == nullptr) return std::vector<T>(size);
  const T* first = in.init_state + (s * shape.h + k) * size;
  return {first, first + size};
}

// state [N, P] <- a * state + B x^T
template <typename T>
void Advance(const SsdShape& shape, T a, const T* B, const T* x, T* state) {
  for (std::int64_t n = 0; n < shape.N; ++n) {
    for (std::int64_t p = 0; p < shape.P; ++p)
      state[n * shape.P + p] = a * state[n * shape.P + p] + B[n] * x[p];
  }
}

template <typename T>
void ScanHead(const SsdShape& shape, const SsdArguments<T>& in, std::int64_t s, std::int64_t k, T* y,
              T* final_state) {
  std::vector<T> state = InitialState(shape, in, s, k);
  for (std::int64_t t = 0; t < shape.l; ++t) {
    const std::int64_t at = At(shape, s, t, k);
    const T *x = in.x + at * shape.P, *C = in.C + at * shape.N;
    Advance(shape, Decay(shape, in, s, t, k), in.B + at * shape.N, x, state.data());
    for (std::int64_t p = 0; p < shape.P; ++p) {
      T sum = in.D[k] * x[p];
      for (std::int64_t n = 0; n < shape.N; ++n) sum += C[n] * state[n * shape.P + p];
      y[at * shape.P + p] = sum;
    }
  }
  std::copy(state.begin(), state.end(), final_state + (s * shape.h + k) * shape.N * shape.P);
}

// The states before token 0 and after each token, [l + 1, N, P].
template <typename T>
std::vector<T> AllStates(const SsdShape& shape, const SsdArguments<T>& in, std::int64_t s, std::int64_t k) {
  const std::int64_t size = shape.N * shape.P;
  std::vector<T> states = InitialState(shape, in, s, k);
  states.resize((shape.l + 1) * size);
  for (std::int64_t t = 0; t < shape.l; ++t) {
    T* next = states.data() + (t + 1) * size;
    std::copy(next - size, next, next);
    const std::int64_t at = At(shape, s, t, k);
    Advance(shape, Decay(shape, in, s, t, k), in.B + at * shape.N, in.x + at * shape.P, next);
  }
  return states;
}

// The part of token t, given carried = dLoss/dS_t through later tokens, to which it adds its own.
template <typename T>
void TokenBackward(const SsdShape& shape, const SsdArguments<T>& in, const T* dy, std::int64_t at, T D,
                   const T* state, T* carried, const SsdGradients<T>& grads, T& grad_D) {
  const std::int64_t N = shape.N, P = shape.P;
  const T *x = in.x + at * P, *B = in.B + at * N, *C = in.C + at * N;
  for (std::int64_t p = 0; p < P; ++p) {
    grads.x[at * P + p] = D * dy[p];
    grad_D += x[p] * dy[p];
  }
  for (std::int64_t n = 0; n < N; ++n) {
    T grad_B = 0, grad_C = 0;
    for (std::int64_t p = 0; p < P; ++p) {
      T& grad_state = carried[n * P + p];
      grad_state += C[n] * dy[p];
      grad_C += state[n * P + p] * dy[p];
      grad_B += grad_state * x[p];
      grads.x[at * P + p] += grad_state * B[n];
    }
    grads.B[at * N + n] = grad_B;
    grads.C[at * N + n] = grad_C;
  }
}

template <typename T>
void HeadBackward(const SsdShape& shape, const SsdArguments<T>& in, const T* dy, const T* dfinal,
                  std::int64_t s, std::int64_t k, const SsdGradients<T>& grads) {
  const std::int64_t size = shape.N * shape.P, head = s * shape.h + k;
  const std::vector<T> states = AllStates(shape, in, s, k);
  std::vector<T> carried(size);
  if (dfinal != nullptr) std::copy(dfinal + head * size, dfinal + (head + 1) * size, carried.begin());
  for (std::int64_t t = shape.l - 1; t >= 0; --t) {
    const std::int64_t at = At(shape, s, t, k);
    const T *before = states.data() + t * size, *after = before + size;
    TokenBackward(shape, in, dy + at * shape.P, at, in.D[k], after, carried.data(), grads, grads.D[k]);
    const T a = Decay(shape, in, s, t, k);
    T grad_log_a = 0;
    for (std::int64_t i = 0; i < size; ++i) {
      carried[i] *= a;
      grad_log_a += carried[i] * before[i];
    }
    grads.log_a[at] = grad_log_a;
  }
  if (grads.init_state != nullptr) std::copy(carried.begin(), carried.end(), grads.init_state + head * size);
}

}  // namespace

template <typename T>
void SsdScan(const SsdShape& shape, const SsdArguments<T>& in, T* y, T* final_state) {
  for (std::int64_t s = 0; s < shape.b; ++s) {
    for (std::int64_t k = 0; k < shape.h; ++k) ScanHead(shape, in, s, k, y, final_state);
  }
}

template <typename T>
void SsdScanBackward(const SsdShape& shape, const SsdArguments<T>& in, const T* dy, const T* dfinal,
                     const SsdGradients<T>& grads) {
  std::fill(grads.D, grads.D + shape.h, T{0});
  for (std::int64_t s = 0; s < shape.b; ++s) {
    for (std::int64_t k = 0; k < shape.h; ++k) HeadBackward(shape, in, dy, dfinal, s, k, grads);
  }
}

template void SsdScan(const SsdShape&, const SsdArguments<float>&, float*, float*);
template void SsdScan(const SsdShape&, const SsdArguments<double>&, double*, double*);
template void SsdScanBackward(const SsdShape&, const SsdArguments<float>&, const float*, const float*,
                              const SsdGradients<float>&);
template void SsdScanBackward(const SsdShape&, const SsdArguments<double>&, const double*, const double*,
                              const SsdGradients<double>&);

}  // namespace rad::kernels
