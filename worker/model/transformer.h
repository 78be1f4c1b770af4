// transformer.h: a Llama/Qwen2 teacher as tensors and the pieces of its forward pass, so that ablation,
// alignment and the hybrid student each compose just the pieces they need. All functions are differentiable.
// Matrices, and with them every GEMM, are in one working dtype (working_dtype.h); the residual stream, the
// norms and the sums inside every operation are float32 whatever that is.
// Shapes: b sequences, t tokens, d hidden, H query heads, G key-value heads, P head dimension, V vocabulary.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/model/model_config.h"
#include "worker/model/model_file.h"

namespace rad {

struct AttentionWeights {
  at::Tensor q, k, v;                 // [H*P, d], [G*P, d], [G*P, d]
  at::Tensor q_bias, k_bias, v_bias;  // [H*P], [G*P], [G*P]; undefined without qkv_bias
  at::Tensor o;                       // [d, H*P]
};

struct MlpWeights {
  at::Tensor gate_up;  // [2*mlp, d]: gate rows, then up rows
  at::Tensor down;     // [d, mlp]
};

struct LayerWeights {
  at::Tensor input_norm, post_norm;  // [d] float32
  AttentionWeights attention;
  MlpWeights mlp;
};

struct Transformer {
  ModelConfig config;
  at::Tensor embedding;  // [V, d]
  std::vector<LayerWeights> layers;
  at::Tensor final_norm;  // [d] float32
  at::Tensor lm_head;     // [V, d]; the same storage as embedding when tied

  // Of the products, where the matrices are float32 masters being trained; unset: the matrices' own.
  std::optional<at::ScalarType> product_dtype;

  at::ScalarType dtype() const { return product_dtype.value_or(embedding.scalar_type()); }
};

// dtype: at::kFloat or at::kBFloat16, of the matrices and their biases. SmolLM2-135M in float32 takes 540 MB.
absl::StatusOr<Transformer> LoadTransformer(const ModelFile& file, at::ScalarType dtype);

// Bytes of all weights, tied ones once.
std::int64_t WeightBytes(const Transformer& model);

// cos and sin of positions [begin, begin + count), each [count, P/2], float32.
struct Rope {
  at::Tensor cos, sin;
};
Rope MakeRope(const ModelConfig& config, std::int64_t begin, std::int64_t count);
// Half-split rotation (pairs i, i + P/2) of x [b, heads, t, P].
at::Tensor ApplyRope(const at::Tensor& x, const Rope& rope);

// The stream's first value: ids [b, t] int64 -> [b, t, d] float32.
at::Tensor Embed(const Transformer& model, const at::Tensor& ids);

// x [.., d] of weight's dtype -> [.., d] of `dtype`, with at least float32 inside.
at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps, at::ScalarType dtype);
// The stream, normed and in the model's dtype: what its matrices read.
at::Tensor Normed(const Transformer& model, const at::Tensor& x, const at::Tensor& weight);

// x W^T + bias with W and bias brought to the dtype of x: a trained master is float32, a GEMM perhaps not.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

// Projections of normed [b, t, d]: q [b, H, t, P], k and v [b, G, t, P], rope already applied to q and k.
struct Qkv {
  at::Tensor q, k, v;
};
Qkv ProjectQkv(const ModelConfig& config, const AttentionWeights& w, const at::Tensor& normed,
               const Rope& rope);

// Which tokens attend to which: causal always; `document` [b, t] int64, when defined, keeps attention inside
// runs of equal numbers (packed documents). Right-padded batches need no mask: padding comes after.
// Returns every head's output before o_proj, [b, t, H*P], head-major.
at::Tensor HeadOutputs(const ModelConfig& config, const Qkv& qkv, const at::Tensor& document = {});

at::Tensor Mlp(const MlpWeights& w, const at::Tensor& normed);  // [.., d] -> [.., d]
// The stream behind a layer's MLP, of that behind its mixer.
at::Tensor AfterMlp(const Transformer& model, const LayerWeights& w, const at::Tensor& mixed);

// The residual stream after `layer`, given the stream before it: x [b, t, d] -> [b, t, d], float32.
at::Tensor LayerForward(const Transformer& model, int layer, const at::Tensor& x, const Rope& rope,
                        const at::Tensor& document = {});

// ids [b, t] int64 -> the residual stream after the final norm, [b, t, d] in the model's dtype.
at::Tensor HiddenStates(const Transformer& model, const at::Tensor& ids, const at::Tensor& document = {});
// hidden [.., d], after the final norm -> logits [.., V].
at::Tensor Logits(const Transformer& model, const at::Tensor& hidden);

}  // namespace rad
