// hybrid.h: the student: a Transformer whose layers keep a few attention heads beside DiscreteMamba-2 heads.
// With join
//   replace  (arXiv 2602.11374) the input of the output projection is cut into one chunk per head, each
//            from that head's kind: S = H - K SSM heads. A layer that keeps all has no SSM.
//   adapter  (its authors' code) S = H; s = o_ssm(SSM heads), t = o_kept(kept heads); t is given s's mean and
//            deviation token by token, sent through a linear with bias, and averaged with s
//   sum      S = H; s + t
// and a layer that keeps none is its SSM heads alone. Embedding, norms, MLPs and LM head, its base, are the
// teacher's own tensors, not copies, unless they are trained too. Shapes: b sequences, t tokens, d hidden, H
// heads of which K are kept, S SSM heads, Q head dimension of the teacher and thus of kept heads, P of SSM
// heads, N state dimension.
#pragma once

#include <ATen/ATen.h>

#include <span>
#include <vector>

#include "worker/model/join.h"
#include "worker/model/mamba2_mixer.h"
#include "worker/model/named_tensor.h"
#include "worker/model/ssm_size.h"
#include "worker/model/transformer.h"

namespace rad {

// Which heads of a layer are attention, which are SSM heads, and which key-value groups the former need.
struct HeadSplit {
  std::vector<int> kept;        // attention heads, ascending
  std::vector<int> ssm;         // SSM heads, ascending
  std::vector<int> groups;      // the teacher's key-value groups that a kept head reads, ascending
  std::vector<int> kept_group;  // per kept head: index into groups
};

// kept: any set of heads, at least 0 and below config.heads, ascending.
HeadSplit MakeHeadSplit(const ModelConfig& config, std::vector<int> kept, Join join);
// Kept heads in any order -> one ascending list per layer.
std::vector<std::vector<int>> KeptByLayer(const ModelConfig& config, std::span<const HeadId> kept);

struct HybridLayer {
  HeadSplit split;
  // The kept heads' rows of q [K*Q, d] and their groups' rows of k, v [groups*Q, d], with biases where the
  // teacher has them. Kept heads of one group share k and v, in the weights and in the cache. `o` is not
  // used.
  AttentionWeights attention;
  Mamba2Weights ssm;  // one head per entry of split.ssm
  at::Tensor o;  // [d, K*Q + S*P]; columns: the kept heads, then the SSM heads, each in the order of split
  at::Tensor adapter;       // [d, d]; with join adapter where both kinds of head are
  at::Tensor adapter_bias;  // [d]
};

struct HybridStudent {
  Transformer base;  // its attention weights left out
  SsmSize ssm;
  Join join = Join::kReplace;
  std::vector<HybridLayer> layers;
  bool own_base = false;  // not the teacher's
};

// Shares every tensor of the teacher but those of its attention.
Transformer WithoutAttention(const Transformer& teacher);

// Copies the teacher's weights of the kept heads and of o, and the SSM heads of the layer out of `all_heads`,
// one SSM head per head of the teacher, whose `out` goes into o's columns. With join sum, o's columns of the
// kept heads' SSM heads are 0, so that the student starts as the one with join replace. An adapter starts as
// the identity. All tensors are new leaves, without gradient.
HybridLayer MakeHybridLayer(const ModelConfig& config, const AttentionWeights& teacher, std::vector<int> kept,
                            Join join, const Mamba2Weights& all_heads);

// Gives the student a base of its own to train: float32 copies of the teacher's, whose dtype products keep.
void OwnBase(HybridStudent& student);

// The trained tensors, "layers.3.attention.q_proj.weight", ..., in the order of the forward pass; those of
// the base, "embed_tokens.weight", ..., with an own base only. Handles, not copies: to set requires_grad, to
// optimise in place, to save.
std::vector<NamedTensor> TrainedTensors(const HybridStudent& student);

// Pieces of the forward pass; all differentiable.
// The kept heads' q [b, K, t, Q] and their groups' k and v [b, groups, t, Q], rope applied.
Qkv ProjectKept(const ModelConfig& config, const HybridLayer& layer, const at::Tensor& normed,
                const Rope& rope);
// normed [b, t, d] -> the kept heads' outputs [b, t, K*Q].
at::Tensor KeptHeadOutputs(const ModelConfig& config, const HybridLayer& layer, const at::Tensor& normed,
                           const Rope& rope, const at::Tensor& document = {});
// normed [b, t, d] -> what the mixer adds to the residual stream [b, t, d].
at::Tensor HybridMixer(const ModelConfig& config, const HybridLayer& layer, const at::Tensor& normed,
                       const Rope& rope, const at::Tensor& document = {});
// The residual stream after `layer`, given the stream before it.
at::Tensor LayerForward(const HybridStudent& student, int layer, const at::Tensor& x, const Rope& rope,
                        const at::Tensor& document = {});
// ids [b, t] int64 -> the residual stream after the final norm [b, t, d]. `document` as in transformer.h; it
// also resets the SSM states, while the short convolution runs across documents as in the authors' layer.
at::Tensor HiddenStates(const HybridStudent& student, const at::Tensor& ids, const at::Tensor& document = {});

}  // namespace rad
