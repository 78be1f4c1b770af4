// head_scores.h: what scoring heads finds. No torch.
#pragma once

#include <utility>
#include <vector>

#include "worker/model/model_config.h"

namespace rad {

// One run of some probe examples; index i is example i of those asked for.
struct ProbeRun {
  std::vector<bool> correct;  // every answer token has the largest logit, given the right ids before it
  std::vector<float> margin;  // least over the answer tokens of (its logit - the largest other)
  std::vector<float> answer_logprob;  // sum over the answer's tokens, nats
};

struct HeadScores {
  ProbeRun base;
  std::vector<std::pair<HeadId, ProbeRun>> ablated;  // in the order asked for
};

}  // namespace rad
