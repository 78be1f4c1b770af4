// head_scores.h: what scoring heads finds. No torch.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/model/model_config.h"

namespace rad {

// One run of some probe examples; index i is example i of those asked for.
struct ProbeRun {
  // 1: every answer token has the largest logit, given the right ids before it. Bytes, not bits: threads
  // write neighbours.
  std::vector<std::uint8_t> correct;
  std::vector<float> margin;          // least over the answer tokens of (its logit - the largest other)
  std::vector<float> answer_logprob;  // sum over the answer's tokens, nats
};

struct HeadRun {
  HeadId head;  // zeroed
  ProbeRun run;
};

// One of the two: the unablated run, or those of some heads.
struct HeadScores {
  ProbeRun base;
  std::vector<HeadRun> ablated;
};

}  // namespace rad
