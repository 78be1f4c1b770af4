#include "worker/model/mamba2_mixer.h"

#include <vector>

#include "worker/model/causal_conv.h"
#include "worker/model/ssm_heads.h"
#include "worker/model/transformer.h"

namespace rad {
namespace {

struct Projected {
  at::Tensor conv_input;  // [b, t, H*P + 2*H*N] float32
  at::Tensor z;           // [b, t, H*P]
  at::Tensor log_a;       // [b, t, H] float32
};

Projected Project(const Mamba2Weights& w, const at::Tensor& u) {
  const at::Tensor all = Linear(u, w.in_proj, w.in_proj_bias).to(at::kFloat);
  const std::vector<at::Tensor> parts = all.split_with_sizes({w.conv_channels(), w.x_rows(), w.heads}, 2);
  return {parts[0], parts[1], at::log_sigmoid(-parts[2])};
}

SsdInput ScanInput(const Mamba2Weights& w, const at::Tensor& convolved, const at::Tensor& log_a) {
  const std::vector<at::Tensor> parts = convolved.split_with_sizes({w.x_rows(), w.b_rows(), w.b_rows()}, 2);
  const auto by_head = [&](const at::Tensor& rows) { return rows.unflatten(2, {w.heads, -1}); };
  return {by_head(parts[0]), by_head(parts[1]), by_head(parts[2]), log_a, w.D};
}

at::Tensor Gate(const Mamba2Weights& w, const at::Tensor& y, const at::Tensor& z) {
  return y.flatten(2) * at::silu(w.z_bias.defined() ? z + w.z_bias : z);
}

at::Tensor Step(const SsdInput& in, at::Tensor& state) {
  return SsdStep(in.x.select(1, 0), in.B.select(1, 0), in.C.select(1, 0), in.log_a.select(1, 0), in.D, state)
      .unsqueeze(1);
}

// y of the tokens given, continuing from `stored`, which is replaced.
at::Tensor Continue(SsdInput in, at::Tensor& stored) {
  at::Tensor state = stored.to(at::kFloat);
  at::Tensor y;
  if (in.x.size(1) == 1) {
    y = Step(in, state);
  } else {
    in.init_state = state;
    const SsdOutput out = Ssd(in, /*want_final_state=*/true);
    y = out.y;
    state = out.final_state;
  }
  if (!state.is_same(stored)) stored.copy_(state);
  return y;
}

// Row numbers of in_proj for `heads`: head-major blocks of `size` rows starting at `first`.
void AppendRows(std::span<const int> heads, std::int64_t first, std::int64_t size,
                std::vector<std::int64_t>& rows) {
  for (const int head : heads) {
    for (std::int64_t i = 0; i < size; ++i) rows.push_back(first + head * size + i);
  }
}

at::Tensor SelectRows(const at::Tensor& tensor, const std::vector<std::int64_t>& rows) {
  return tensor.defined() ? tensor.index_select(0, at::tensor(rows)) : tensor;
}

}  // namespace

Mamba2Weights MakeMamba2Weights(std::int64_t hidden, std::int64_t heads, std::int64_t head_dim,
                                std::int64_t state_dim) {
  Mamba2Weights w{heads, head_dim, state_dim};
  w.in_proj = at::zeros({w.rows(), hidden});
  w.in_proj_bias = at::zeros({w.rows()});
  w.conv_weight = at::zeros({w.conv_channels(), kConvHistory + 1});
  w.conv_weight.select(1, kConvHistory).fill_(1);
  w.conv_bias = at::zeros({w.conv_channels()});
  w.z_bias = at::full({w.x_rows()}, kUnitGateBias);
  w.D = at::ones({heads});
  return w;
}

Mamba2Weights BlankMixer(const ModelConfig& teacher, const SsmSize& size) {
  const std::int64_t P = size.HeadDim(teacher);
  Mamba2Weights w = MakeMamba2Weights(teacher.hidden, teacher.heads, P, size.state_dim);
  if (P != teacher.head_dim) w.out = at::zeros({teacher.heads, teacher.head_dim, P});
  return w;
}

Mamba2Weights SelectHeads(const Mamba2Weights& w, std::span<const int> heads) {
  std::vector<std::int64_t> rows, gate_rows, d_rows;
  AppendRows(heads, 0, w.head_dim, rows);
  AppendRows(heads, w.x_rows(), w.state_dim, rows);
  AppendRows(heads, w.x_rows() + w.b_rows(), w.state_dim, rows);
  const std::vector<std::int64_t> conv_rows = rows;
  AppendRows(heads, w.conv_channels(), w.head_dim, rows);
  AppendRows(heads, w.conv_channels() + w.x_rows(), 1, rows);
  AppendRows(heads, 0, w.head_dim, gate_rows);
  AppendRows(heads, 0, 1, d_rows);
  Mamba2Weights some{static_cast<std::int64_t>(heads.size()), w.head_dim, w.state_dim};
  some.in_proj = SelectRows(w.in_proj, rows);
  some.in_proj_bias = SelectRows(w.in_proj_bias, rows);
  some.conv_weight = SelectRows(w.conv_weight, conv_rows);
  some.conv_bias = SelectRows(w.conv_bias, conv_rows);
  some.z_bias = SelectRows(w.z_bias, gate_rows);
  some.D = SelectRows(w.D, d_rows);
  some.out = SelectRows(w.out, d_rows);
  return some;
}

Mamba2State MakeMamba2State(const Mamba2Weights& w, std::int64_t batch, at::ScalarType dtype) {
  return {at::zeros({batch, kConvHistory, w.conv_channels()}, dtype),
          at::zeros({batch, w.heads, w.state_dim, w.head_dim}, dtype)};
}

at::Tensor Mamba2Heads(const Mamba2Weights& w, const at::Tensor& u, const at::Tensor& reset) {
  if (u.size(1) <= kMaxSsmHeadsTokens) return SsmHeads(w, Linear(u, w.in_proj), reset);
  const Projected projected = Project(w, u);
  SsdInput in = ScanInput(w, CausalConv(projected.conv_input, w.conv_weight, w.conv_bias), projected.log_a);
  in.reset = reset;
  return Gate(w, Ssd(in, /*want_final_state=*/false).y, projected.z).to(u.scalar_type());
}

at::Tensor AsTeacherHeads(const Mamba2Weights& w, const at::Tensor& outputs) {
  if (!w.out.defined()) return outputs;
  return at::einsum("bthp,hqp->bthq",
                    {outputs.unflatten(2, {w.heads, w.head_dim}), w.out.to(outputs.scalar_type())})
      .flatten(2);
}

at::Tensor Mamba2HeadsFrom(const Mamba2Weights& w, const at::Tensor& u, Mamba2State& state) {
  const Projected projected = Project(w, u);
  const at::Tensor window = at::cat({state.conv.to(at::kFloat), projected.conv_input}, 1);
  const at::Tensor convolved = CausalConv(window, w.conv_weight, w.conv_bias).slice(1, kConvHistory);
  const at::Tensor y = Continue(ScanInput(w, convolved, projected.log_a), state.ssm);
  state.conv.copy_(window.slice(1, window.size(1) - kConvHistory));
  return Gate(w, y, projected.z).to(u.scalar_type());
}

SsdInput Mamba2ScanInput(const Mamba2Weights& w, const at::Tensor& u) {
  const Projected projected = Project(w, u);
  return ScanInput(w, CausalConv(projected.conv_input, w.conv_weight, w.conv_bias), projected.log_a);
}

}  // namespace rad
