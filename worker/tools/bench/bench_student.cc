#include "worker/tools/bench/bench_student.h"

#include "worker/distill/join_student.h"

namespace rad {

HybridStudent MakeBenchStudent(const Transformer& teacher, int state_dim) {
  const ModelConfig& config = teacher.config;
  std::vector<Mamba2Weights> mixers;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    mixers.push_back(BlankMixer(config, {state_dim}));
    mixers.back().in_proj.normal_(0, 0.02);
  }
  return JoinStudent(teacher, {.ssm = {state_dim}}, mixers, {});
}

BatchTensors MakeBenchBatch(std::int64_t vocab, int sequences, int tokens) {
  BatchTensors batch;
  batch.ids = at::randint(vocab, {sequences, tokens}, at::kLong);
  batch.is_answer = at::zeros(batch.ids.sizes(), at::kBool);
  return batch;
}

}  // namespace rad
