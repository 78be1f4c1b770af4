#include "worker/model/teacher_model.h"

#include <ATen/core/grad_mode.h>

#include <utility>
#include <vector>

#include "worker/model/grouped_attention.h"

namespace rad {
namespace {

struct LayerCache {
  at::Tensor k, v;  // [b, G, context, P]
};

// true where token begin + i may see token j: [1, 1, count, begin + count].
at::Tensor Visible(std::int64_t begin, std::int64_t count) {
  return at::ones({1, 1, count, begin + count}, at::kBool).tril(begin);
}

class TeacherDecodeState : public DecodeState {
 public:
  TeacherDecodeState(const Transformer& model, std::int64_t batch, std::int64_t context,
                     at::ScalarType cache_dtype)
      : model_(model), context_(context), rope_(MakeRope(model.config, 0, context)) {
    const ModelConfig& config = model.config;
    const std::vector<std::int64_t> shape = {batch, config.kv_heads, context, config.head_dim};
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
      caches_.push_back({at::empty(shape, cache_dtype), at::empty(shape, cache_dtype)});
    }
  }

  at::Tensor Feed(const at::Tensor& ids) override {
    const at::NoGradGuard no_grad;
    const std::int64_t count = ids.size(1), end = position_ + count;
    TORCH_CHECK(end <= context_, "the decode state was made for ", context_, " tokens, but ", end,
                " were fed");
    const Rope rope{rope_.cos.slice(0, position_, end), rope_.sin.slice(0, position_, end)};
    const at::Tensor visible = Visible(position_, count);
    at::Tensor x = Embed(model_, ids);
    for (std::size_t layer = 0; layer < caches_.size(); ++layer) {
      const LayerWeights& w = model_.layers[layer];
      x = x + Mixer(layer, Normed(model_, x, w.input_norm), rope, visible);
      x = AfterMlp(model_, w, x);
    }
    position_ = end;
    return rad::Logits(model_, Normed(model_, x.select(1, count - 1), model_.final_norm));
  }

  std::map<std::string, std::int64_t> MeasuredBytes() const override {
    std::int64_t bytes = 0;
    for (const LayerCache& cache : caches_) bytes += cache.k.nbytes() + cache.v.nbytes();
    return {{"kv_cache", bytes}};
  }

 private:
  at::Tensor Mixer(std::size_t layer, const at::Tensor& normed, const Rope& rope, const at::Tensor& visible) {
    const AttentionWeights& w = model_.layers[layer].attention;
    const Qkv qkv = ProjectQkv(model_.config, w, normed, rope);
    const std::int64_t end = position_ + qkv.q.size(2);
    LayerCache& cache = caches_[layer];
    cache.k.slice(2, position_, end).copy_(qkv.k);
    cache.v.slice(2, position_, end).copy_(qkv.v);
    const auto seen = [&](const at::Tensor& all) { return all.slice(2, 0, end).to(qkv.q.scalar_type()); };
    return at::linear(GroupedAttention(qkv.q, seen(cache.k), seen(cache.v), visible), w.o);
  }

  const Transformer& model_;
  const std::int64_t context_;
  const Rope rope_;
  std::int64_t position_ = 0;
  std::vector<LayerCache> caches_;  // per layer
};

class TeacherModel : public LanguageModel {
 public:
  explicit TeacherModel(Transformer model) : model_(std::move(model)) {}

  const ModelConfig& config() const override { return model_.config; }
  at::Tensor HiddenStates(const at::Tensor& ids) const override { return rad::HiddenStates(model_, ids); }
  at::Tensor Logits(const at::Tensor& hidden) const override { return rad::Logits(model_, hidden); }

  std::unique_ptr<DecodeState> NewDecodeState(std::int64_t batch, std::int64_t context,
                                              at::ScalarType cache_dtype) const override {
    return std::make_unique<TeacherDecodeState>(model_, batch, context, cache_dtype);
  }

  std::int64_t DecodingBytesByFormula(std::int64_t context) const override {
    constexpr std::int64_t kBytes = 2;  // of a bf16 number
    return config().layers * config().kv_heads * 2 * config().head_dim * context * kBytes;
  }

 private:
  const Transformer model_;
};

}  // namespace

std::unique_ptr<LanguageModel> MakeTeacherModel(Transformer model) {
  return std::make_unique<TeacherModel>(std::move(model));
}

}  // namespace rad
