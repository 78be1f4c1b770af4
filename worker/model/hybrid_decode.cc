#include "worker/model/hybrid_decode.h"

#include <ATen/core/grad_mode.h>

#include <utility>
#include <vector>

#include "worker/model/join_heads.h"

namespace rad {
namespace {

// K and V of a layer's kept groups, [b, groups, context, head_dim] each; undefined without kept heads.
struct KeptCache {
  at::Tensor k, v;
};

// true where query i (token begin + i) may see key j.
at::Tensor CausalMask(std::int64_t begin, std::int64_t count) {
  return at::ones({count, begin + count}, at::kBool).tril(begin);
}

class HybridDecodeState : public DecodeState {
 public:
  HybridDecodeState(const HybridStudent& student, std::int64_t batch, std::int64_t context,
                    at::ScalarType cache_dtype)
      : student_(student), context_(context), rope_(MakeRope(student.base.config, 0, context)) {
    const ModelConfig& config = student.base.config;
    for (const HybridLayer& layer : student.layers) {
      const auto groups = static_cast<std::int64_t>(layer.split.groups.size());
      KeptCache cache;
      if (groups > 0) {
        cache.k = at::zeros({batch, groups, context, config.head_dim}, cache_dtype);
        cache.v = at::zeros_like(cache.k);
      }
      attention_.push_back(cache);
      const bool has_ssm = !layer.split.ssm.empty();
      ssm_.push_back(has_ssm ? MakeMamba2State(layer.ssm, batch, cache_dtype) : Mamba2State{});
    }
  }

  at::Tensor Feed(const at::Tensor& ids) override {
    const at::NoGradGuard no_grad;
    const std::int64_t count = ids.size(1);
    TORCH_CHECK(position_ + count <= context_, "decode state holds ", context_, " tokens, but ",
                position_ + count, " were fed: ask for a longer context");
    const Rope rope{rope_.cos.slice(0, position_, position_ + count),
                    rope_.sin.slice(0, position_, position_ + count)};
    const Transformer& base = student_.base;
    at::Tensor x = Embed(base, ids);
    for (std::size_t layer = 0; layer < student_.layers.size(); ++layer) {
      const LayerWeights& w = base.layers[layer];
      x = x + Mixer(layer, Normed(base, x, w.input_norm), rope);
      x = AfterMlp(base, w, x);
    }
    position_ += count;
    const at::Tensor last = x.select(1, count - 1);
    return Logits(base, Normed(base, last, base.final_norm));
  }

  std::map<std::string, std::int64_t> MeasuredBytes() const override {
    std::map<std::string, std::int64_t> bytes{{"kv_cache", 0}, {"ssm_state", 0}, {"conv_state", 0}};
    for (const KeptCache& cache : attention_) {
      if (cache.k.defined()) bytes["kv_cache"] += cache.k.nbytes() + cache.v.nbytes();
    }
    for (const Mamba2State& state : ssm_) {
      if (!state.ssm.defined()) continue;
      bytes["ssm_state"] += state.ssm.nbytes();
      bytes["conv_state"] += state.conv.nbytes();
    }
    return bytes;
  }

 private:
  at::Tensor Mixer(std::size_t l, const at::Tensor& normed, const Rope& rope) {
    const HybridLayer& layer = student_.layers[l];
    at::Tensor attention, ssm;
    if (!layer.split.kept.empty()) attention = Attend(l, normed, rope);
    if (!layer.split.ssm.empty()) ssm = Mamba2HeadsFrom(layer.ssm, normed, ssm_[l]);
    return JoinHeads(layer, attention, ssm);
  }

  at::Tensor Attend(std::size_t l, const at::Tensor& normed, const Rope& rope) {
    const HybridLayer& layer = student_.layers[l];
    const Qkv qkv = ProjectKept(student_.base.config, layer, normed, rope);
    const std::int64_t count = qkv.q.size(2), end = position_ + count;
    KeptCache& cache = attention_[l];
    cache.k.slice(2, position_, end).copy_(qkv.k);
    cache.v.slice(2, position_, end).copy_(qkv.v);
    const at::Tensor group = at::tensor(layer.split.kept_group, at::kLong);
    const auto seen = [&](const at::Tensor& all) {
      return all.slice(2, 0, end).index_select(1, group).to(qkv.q.scalar_type());
    };
    const auto mask = count == 1 ? std::nullopt : std::optional(CausalMask(position_, count));
    const at::Tensor out = at::scaled_dot_product_attention(qkv.q, seen(cache.k), seen(cache.v), mask);
    return out.transpose(1, 2).flatten(2);
  }

  const HybridStudent& student_;
  const std::int64_t context_;
  const Rope rope_;
  std::int64_t position_ = 0;
  std::vector<KeptCache> attention_;  // per layer
  std::vector<Mamba2State> ssm_;      // per layer
};

class HybridModel : public LanguageModel {
 public:
  explicit HybridModel(HybridStudent student) : student_(std::move(student)) {}

  const ModelConfig& config() const override { return student_.base.config; }
  at::Tensor HiddenStates(const at::Tensor& ids) const override { return rad::HiddenStates(student_, ids); }
  at::Tensor Logits(const at::Tensor& hidden) const override { return rad::Logits(student_.base, hidden); }

  std::unique_ptr<DecodeState> NewDecodeState(std::int64_t batch, std::int64_t context,
                                              at::ScalarType cache_dtype) const override {
    return std::make_unique<HybridDecodeState>(student_, batch, context, cache_dtype);
  }

  std::int64_t DecodingBytesByFormula(std::int64_t context) const override {
    constexpr std::int64_t kBytes = 2;  // of a bf16 number
    const std::int64_t Q = config().head_dim, P = student_.ssm.HeadDim(config()), N = student_.ssm.state_dim;
    std::int64_t numbers = 0;
    for (const HybridLayer& layer : student_.layers) {
      const auto groups = static_cast<std::int64_t>(layer.split.groups.size());
      const auto ssm = static_cast<std::int64_t>(layer.split.ssm.size());
      numbers += groups * 2 * Q * context + ssm * (P * N + kConvHistory * (P + 2 * N));
    }
    return numbers * kBytes;
  }

 private:
  const HybridStudent student_;
};

}  // namespace

std::unique_ptr<LanguageModel> MakeHybridModel(HybridStudent student) {
  return std::make_unique<HybridModel>(std::move(student));
}

}  // namespace rad
