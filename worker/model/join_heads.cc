#include "worker/model/join_heads.h"

namespace rad {
namespace {

constexpr double kLeastVariance =
    1e-12;  // keeps the root's gradient finite where a token's output is constant

struct Statistics {
  at::Tensor centred, deviation, mean;
};

Statistics StatisticsOf(const at::Tensor& x) {
  const at::Tensor mean = x.mean(-1, /*keepdim=*/true), centred = x - mean;
  return {centred, (centred.square().mean(-1, /*keepdim=*/true) + kLeastVariance).sqrt(), mean};
}

at::Tensor Adapted(const HybridLayer& layer, const at::Tensor& attention, const at::Tensor& ssm) {
  const std::int64_t kept = attention.size(2);
  const at::Tensor s = Linear(ssm, layer.o.slice(1, kept)).to(at::kFloat);
  const at::Tensor t = MatchStatistics(Linear(attention, layer.o.slice(1, 0, kept)), s);
  const at::Tensor adapted = Linear(t.to(ssm.scalar_type()), layer.adapter, layer.adapter_bias);
  return ((s + adapted) * 0.5).to(ssm.scalar_type());
}

}  // namespace

at::Tensor MatchStatistics(const at::Tensor& x, const at::Tensor& like) {
  const Statistics own = StatisticsOf(x.to(at::kFloat)), wanted = StatisticsOf(like.to(at::kFloat));
  return own.centred / own.deviation * wanted.deviation + wanted.mean;
}

at::Tensor JoinHeads(const HybridLayer& layer, const at::Tensor& attention, const at::Tensor& ssm) {
  if (!attention.defined() || !ssm.defined()) return Linear(attention.defined() ? attention : ssm, layer.o);
  if (layer.adapter.defined()) return Adapted(layer, attention, ssm);
  return Linear(at::cat({attention, ssm}, 2), layer.o);
}

}  // namespace rad
