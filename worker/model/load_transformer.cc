// LoadTransformer: allocates every weight, then dequantises them on all of torch's threads, in pieces that
// fit a core's cache: a large weight as float32 beside itself would cost more time to allocate than to fill.
#include <ATen/Parallel.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "worker/model/transformer.h"

namespace rad {
namespace {

constexpr std::int64_t kPieceValues = 1 << 17;

// Rows of one tensor of the file and where they go.
struct Read {
  std::string name;
  std::int64_t first_row = 0;
  at::Tensor target;
};

class Loader {
 public:
  Loader(const ModelFile& file, at::ScalarType dtype) : file_(file), dtype_(dtype) {}

  at::Tensor Tensor(const std::string& name, std::vector<std::int64_t> shape) {
    return Add(name, at::empty(shape, dtype_));
  }

  // A norm's weight: float32 beside matrices of any dtype.
  at::Tensor Norm(const std::string& name, std::int64_t size) {
    return Add(name, at::empty({size}, at::kFloat));
  }

  // Two tensors below one another in one.
  at::Tensor Stack(const std::string& above, const std::string& below, std::int64_t rows,
                   std::int64_t columns) {
    const at::Tensor target = at::empty({2 * rows, columns}, dtype_);
    Add(above, target.narrow(0, 0, rows));
    Add(below, target.narrow(0, rows, rows));
    return target;
  }

  absl::Status Run() {
    if (!status_.ok()) return status_;
    std::mutex mutex;
    at::parallel_for(0, reads_.size(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const absl::Status read = ReadOne(reads_[i]);
        const std::lock_guard lock(mutex);
        status_.Update(read);
      }
    });
    return status_;
  }

 private:
  at::Tensor Add(const std::string& name, const at::Tensor& target) {
    const auto shape = file_.Shape(name);
    if (!shape.ok()) {
      status_.Update(shape.status());
    } else if (at::IntArrayRef(*shape) != target.sizes()) {
      status_.Update(absl::InvalidArgumentError(
          absl::StrCat("tensor ", name, " has shape [", absl::StrJoin(*shape, ", "),
                       "], but the model's config asks for [", absl::StrJoin(target.sizes(), ", "),
                       "]: the file is damaged or of another model")));
    } else {
      AddPieces(name, target.dim() == 1 ? target.unsqueeze(0) : target);
    }
    return target;
  }

  void AddPieces(const std::string& name, const at::Tensor& target) {
    const std::int64_t rows = target.size(0);
    const std::int64_t piece = std::max<std::int64_t>(1, kPieceValues * rows / target.numel());
    for (std::int64_t row = 0; row < rows; row += piece)
      reads_.push_back({name, row, target.narrow(0, row, std::min(piece, rows - row))});
  }

  absl::Status ReadOne(const Read& read) const {
    const at::Tensor& target = read.target;
    const at::Tensor values =
        target.scalar_type() == at::kFloat ? target : at::empty_like(target, at::kFloat);
    absl::Status status =
        file_.ReadRows(read.name, read.first_row,
                       {values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel())});
    if (status.ok() && !values.is_alias_of(target)) target.copy_(values);
    return status;
  }

  const ModelFile& file_;
  const at::ScalarType dtype_;
  std::vector<Read> reads_;
  absl::Status status_;
};

AttentionWeights LoadAttention(const ModelConfig& config, const std::string& prefix, Loader& loader) {
  const std::int64_t rows = config.heads * config.head_dim, kv_rows = config.kv_heads * config.head_dim;
  AttentionWeights w;
  w.q = loader.Tensor(prefix + "q_proj.weight", {rows, config.hidden});
  w.k = loader.Tensor(prefix + "k_proj.weight", {kv_rows, config.hidden});
  w.v = loader.Tensor(prefix + "v_proj.weight", {kv_rows, config.hidden});
  w.o = loader.Tensor(prefix + "o_proj.weight", {config.hidden, rows});
  if (config.qkv_bias) {
    w.q_bias = loader.Tensor(prefix + "q_proj.bias", {rows});
    w.k_bias = loader.Tensor(prefix + "k_proj.bias", {kv_rows});
    w.v_bias = loader.Tensor(prefix + "v_proj.bias", {kv_rows});
  }
  return w;
}

LayerWeights LoadLayer(const ModelConfig& config, int layer, Loader& loader) {
  const std::string prefix = absl::StrCat("model.layers.", layer, ".");
  LayerWeights w;
  w.input_norm = loader.Norm(prefix + "input_layernorm.weight", config.hidden);
  w.post_norm = loader.Norm(prefix + "post_attention_layernorm.weight", config.hidden);
  w.attention = LoadAttention(config, prefix + "self_attn.", loader);
  w.mlp.gate_up =
      loader.Stack(prefix + "mlp.gate_proj.weight", prefix + "mlp.up_proj.weight", config.mlp, config.hidden);
  w.mlp.down = loader.Tensor(prefix + "mlp.down_proj.weight", {config.hidden, config.mlp});
  return w;
}

}  // namespace

absl::StatusOr<Transformer> LoadTransformer(const ModelFile& file, at::ScalarType dtype) {
  Transformer model;
  model.config = file.config();
  const ModelConfig& config = model.config;
  Loader loader(file, dtype);
  model.embedding = loader.Tensor("model.embed_tokens.weight", {config.vocab, config.hidden});
  for (int layer = 0; layer < config.layers; ++layer)
    model.layers.push_back(LoadLayer(config, layer, loader));
  model.final_norm = loader.Norm("model.norm.weight", config.hidden);
  model.lm_head = config.tied_embeddings ? model.embedding
                                         : loader.Tensor("lm_head.weight", {config.vocab, config.hidden});
  if (absl::Status status = loader.Run(); !status.ok()) return status;
  return model;
}

std::int64_t WeightBytes(const Transformer& model) {
  std::int64_t bytes = model.embedding.nbytes() + model.final_norm.nbytes();
  if (!model.lm_head.is_alias_of(model.embedding)) bytes += model.lm_head.nbytes();
  for (const LayerWeights& w : model.layers) {
    const AttentionWeights& a = w.attention;
    for (const at::Tensor& x : {w.input_norm, w.post_norm, a.q, a.k, a.v, a.q_bias, a.k_bias, a.v_bias, a.o,
                                w.mlp.gate_up, w.mlp.down}) {
      if (x.defined()) bytes += x.nbytes();
    }
  }
  return bytes;
}

}  // namespace rad
