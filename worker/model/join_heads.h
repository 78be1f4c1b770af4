// join_heads.h: both kinds of head of one layer, up to the output projection, as what the layer's mixer adds
// to the residual stream. Training, prompts and single tokens all go through here: it reads one token at a
// time. Shapes: b sequences, t tokens, d hidden, K kept heads, S SSM heads, P head dimension.
#pragma once

#include "worker/model/hybrid.h"

namespace rad {

// attention [b, t, K*P] and ssm [b, t, S*P]; undefined where the layer has none of that kind -> [b, t, d].
at::Tensor JoinHeads(const HybridLayer& layer, const at::Tensor& attention, const at::Tensor& ssm);

// x with its mean and standard deviation over the last dimension, d, made those of `like`, token by token.
// float32.
at::Tensor MatchStatistics(const at::Tensor& x, const at::Tensor& like);

}  // namespace rad
