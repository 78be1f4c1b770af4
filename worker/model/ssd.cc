#include "worker/model/ssd.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>
#include <vector>

#include "kernels/decay_scores.h"

namespace rad {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Scans must not run in bf16, not even where the caller turned autocast on.
using NoAutocast = c10::impl::ExcludeDispatchKeyGuard;

at::Tensor Decay(const at::Tensor& log_a, const at::Tensor& reset) {
  at::Tensor decay = log_a.detach().to(at::kDouble).exp_();
  return reset.defined() ? decay.masked_fill_(reset, 0) : decay;
}

// M of n tiles: B, C [n, l, N], decay [n, l] double, D [n] -> [n, l, l].
at::Tensor MixingMatrix(const at::Tensor& B, const at::Tensor& C, const at::Tensor& decay,
                        const at::Tensor& D) {
  at::Tensor mixing = at::bmm(C, B.transpose(1, 2));
  const at::Tensor decay_rows = decay.contiguous(), skip = D.contiguous();
  const std::int64_t l = mixing.size(1);
  float* scores = mixing.mutable_data_ptr<float>();
  at::parallel_for(0, mixing.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile) {
      kernels::DecayScores(l, decay_rows.const_data_ptr<double>() + tile * l,
                           skip.const_data_ptr<float>()[tile], scores + tile * l * l);
    }
  });
  return mixing;
}

// y = M x of one chunk, for n tiles, M formed with `decay` = exp(log_a) after resets. Written out because
// autograd would keep and traverse a dozen [n, l, l] tensors where this keeps one.
class ChunkFunction : public torch::autograd::Function<ChunkFunction> {
 public:
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& B, const Variable& C,
                          const Variable& log_a, const Variable& D, const Variable& decay) {
    static_cast<void>(log_a);  // its values come as `decay`; as an argument it gets the gradient
    const at::Tensor mixing = MixingMatrix(B, C, decay, D);
    context->save_for_backward({x, B, C, decay, mixing});
    return at::bmm(mixing, x);
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const NoAutocast guard(c10::autocast_dispatch_keyset);
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &B = saved[1], &C = saved[2], &decay = saved[3], &mixing = saved[4];
    const at::Tensor grad_y = grads[0].contiguous();
    at::Tensor grad_scores = at::bmm(grad_y, x.transpose(1, 2));
    at::Tensor grad_x = at::bmm(mixing.transpose(1, 2), grad_y);
    at::Tensor grad_log_a = at::empty(decay.sizes(), x.options()),
               grad_D = at::empty({x.size(0)}, x.options());
    ThroughDecay(decay.contiguous(), mixing, grad_scores, grad_log_a, grad_D);
    at::Tensor grad_B = at::bmm(grad_scores.transpose(1, 2), C);
    at::Tensor grad_C = at::bmm(grad_scores, B);
    return {grad_x, grad_B, grad_C, grad_log_a, grad_D, Variable()};
  }

 private:
  static void ThroughDecay(const at::Tensor& decay, const at::Tensor& mixing, at::Tensor& grad_scores,
                           at::Tensor& grad_log_a, at::Tensor& grad_D) {
    const std::int64_t l = mixing.size(1);
    at::parallel_for(0, mixing.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t tile = begin; tile < end; ++tile) {
        const double skip = kernels::DecayScoresBackward(l, decay.const_data_ptr<double>() + tile * l,
                                                         mixing.const_data_ptr<float>() + tile * l * l,
                                                         grad_scores.mutable_data_ptr<float>() + tile * l * l,
                                                         grad_log_a.mutable_data_ptr<float>() + tile * l);
        grad_D.mutable_data_ptr<float>()[tile] = static_cast<float>(skip);
      }
    });
  }
};

// [b, l, h, F] -> [b*h, l, F] float32, contiguous.
at::Tensor Tiles(const at::Tensor& tensor) {
  return tensor.to(at::kFloat).transpose(1, 2).reshape({-1, tensor.size(1), tensor.size(3)});
}

// The inputs of n = b*h tiles, or of one chunk of them.
struct TileInput {
  at::Tensor x, B, C;       // [n, l, P], [n, l, N]
  at::Tensor log_a, reset;  // [n, l]
  at::Tensor D;             // [n]

  TileInput Slice(std::int64_t begin, std::int64_t end) const {
    const auto part = [&](const at::Tensor& t) { return t.slice(1, begin, end); };
    return {part(x), part(B), part(C), part(log_a), reset.defined() ? part(reset) : reset, D};
  }
};

TileInput ToTiles(const SsdInput& in) {
  const std::int64_t b = in.x.size(0), l = in.x.size(1), h = in.x.size(2);
  TileInput tiles{Tiles(in.x), Tiles(in.B), Tiles(in.C), Tiles(in.log_a.unsqueeze(3)).squeeze(2)};
  tiles.D = in.D.to(at::kFloat).expand({b, h}).reshape({-1});
  if (in.reset.defined()) tiles.reset = in.reset.unsqueeze(1).expand({b, h, l}).reshape({-1, l});
  return tiles;
}

at::Tensor CutAtResets(const TileInput& in) {
  const at::Tensor log_a = in.log_a.to(at::kDouble);
  return in.reset.defined() ? log_a.masked_fill(in.reset, -std::numeric_limits<double>::infinity()) : log_a;
}

// Decay from before the chunk into token i, [n, l], and (ToEnd) from token j to the chunk's last. Sums in one
// direction only: no difference of sums, which would lose the digits after a strong decay.
at::Tensor FromStart(const TileInput& in) { return CutAtResets(in).cumsum(1).exp().to(at::kFloat); }

at::Tensor ToEnd(const TileInput& in) {
  const at::Tensor later = at::constant_pad_nd(CutAtResets(in).slice(1, 1), {0, 1});
  return later.flip(1).cumsum(1).flip(1).exp().to(at::kFloat);
}

// State after a chunk: state [n, N, P] (or undefined) before it.
at::Tensor StateAfter(const TileInput& in, const at::Tensor& state, const at::Tensor& from_start) {
  const at::Tensor added = at::bmm((in.B * ToEnd(in).unsqueeze(2)).transpose(1, 2), in.x);
  if (!state.defined()) return added;
  return added + state * from_start.slice(1, from_start.size(1) - 1).unsqueeze(2);
}

// The scan's loops run over raw memory: shapes that do not fit would be read past their end.
void CheckShapes(const SsdInput& in) {
  TORCH_CHECK(in.x.dim() == 4 && in.B.dim() == 4, "x and B must have 4 dimensions");
  const auto b = in.x.size(0), l = in.x.size(1), h = in.x.size(2), P = in.x.size(3), N = in.B.size(3);
  const auto check = [](const at::Tensor& tensor, at::IntArrayRef shape, const char* name) {
    TORCH_CHECK(!tensor.defined() || tensor.sizes() == shape, name, " has shape ", tensor.sizes(),
                " instead of ", shape);
  };
  check(in.B, {b, l, h, N}, "B");
  check(in.C, {b, l, h, N}, "C");
  check(in.log_a, {b, l, h}, "log_a");
  check(in.D, {h}, "D");
  check(in.reset, {b, l}, "reset");
  check(in.init_state, {b, h, N, P}, "init_state");
}

}  // namespace

SsdOutput Ssd(const SsdInput& in, bool want_final_state, std::int64_t chunk) {
  CheckShapes(in);
  const NoAutocast guard(c10::autocast_dispatch_keyset);
  const std::int64_t b = in.x.size(0), l = in.x.size(1), h = in.x.size(2), P = in.x.size(3), N = in.B.size(3);
  const TileInput tiles = ToTiles(in);
  at::Tensor state;
  if (in.init_state.defined()) state = in.init_state.to(at::kFloat).reshape({b * h, N, P});
  std::vector<at::Tensor> parts;
  for (std::int64_t begin = 0; begin < l; begin += chunk) {
    const std::int64_t end = std::min(begin + chunk, l);
    const TileInput part = tiles.Slice(begin, end);
    at::Tensor y =
        ChunkFunction::apply(part.x, part.B, part.C, part.log_a, part.D, Decay(part.log_a, part.reset));
    const bool need_state = end < l || want_final_state;
    at::Tensor from_start;
    if (state.defined()) {
      from_start = FromStart(part);
      y = y + at::bmm(part.C * from_start.unsqueeze(2), state);
    }
    if (need_state) state = StateAfter(part, state, from_start);
    parts.push_back(y);
  }
  const at::Tensor y = parts.size() == 1 ? parts[0] : at::cat(parts, 1);
  SsdOutput out{y.view({b, h, l, P}).transpose(1, 2), {}};
  if (want_final_state) out.final_state = state.view({b, h, N, P});
  return out;
}

at::Tensor SsdMixingMatrix(const SsdInput& in) {
  CheckShapes(in);
  const at::NoGradGuard no_grad;
  const NoAutocast guard(c10::autocast_dispatch_keyset);
  const TileInput tiles = ToTiles(in);
  const std::int64_t l = in.x.size(1);
  return MixingMatrix(tiles.B, tiles.C, Decay(tiles.log_a, tiles.reset), tiles.D)
      .view({in.x.size(0), -1, l, l});
}

at::Tensor SsdStep(const at::Tensor& x, const at::Tensor& B, const at::Tensor& C, const at::Tensor& log_a,
                   const at::Tensor& D, at::Tensor& state) {
  const NoAutocast guard(c10::autocast_dispatch_keyset);
  const std::int64_t b = x.size(0), h = x.size(1), P = x.size(2), N = B.size(2);
  const at::Tensor input = x.to(at::kFloat).reshape({b * h, 1, P});
  at::Tensor tiles = state.view({b * h, N, P});
  tiles.mul_(log_a.to(at::kDouble).exp().to(at::kFloat).reshape({b * h, 1, 1}));
  tiles.baddbmm_(B.to(at::kFloat).reshape({b * h, N, 1}), input);
  const at::Tensor read = at::bmm(C.to(at::kFloat).reshape({b * h, 1, N}), tiles);
  return read.view({b, h, P}) + x.to(at::kFloat) * D.to(at::kFloat).unsqueeze(1);
}

at::Tensor DocumentStarts(const at::Tensor& document) {
  if (!document.defined()) return {};
  const at::Tensor changed = document.slice(1, 1).ne(document.slice(1, 0, -1));
  return at::constant_pad_nd(changed, {1, 0}, false);
}

}  // namespace rad
