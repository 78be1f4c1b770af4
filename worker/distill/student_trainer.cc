#include "worker/distill/student_trainer.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <utility>

#include "worker/ablation/split_mix.h"
#include "worker/distill/kd_loss.h"

namespace rad {
namespace {

constexpr double kShareOfPositions = 0.25;
constexpr float kAnswerWeight = 4;  // an answer is one token in forty, and what the student is judged by

std::vector<NamedTensor> AsParameters(const HybridStudent& student) {
  std::vector<NamedTensor> tensors = TrainedTensors(student);
  for (NamedTensor& named : tensors) named.tensor.set_requires_grad(true);
  return tensors;
}

}  // namespace

LossPositions ChooseLossPositions(const at::Tensor& is_answer, std::uint64_t seed, std::int64_t step) {
  SplitMix random({seed, static_cast<std::uint64_t>(step)});
  const at::Tensor flat = is_answer.contiguous().view({-1});
  const bool* answer = flat.const_data_ptr<bool>();
  std::vector<std::int64_t> index;
  std::vector<float> weight;
  for (std::int64_t i = 0; i < flat.size(0); ++i) {
    const bool drawn = random.Unit() < kShareOfPositions;
    if (!answer[i] && !drawn) continue;
    index.push_back(i);
    weight.push_back(answer[i] ? kAnswerWeight : 1);
  }
  return {at::tensor(index, at::kLong), at::tensor(weight, at::kFloat)};
}

StudentTrainer::StudentTrainer(const Transformer& teacher, HybridStudent student, double temperature)
    : teacher_(teacher),
      student_(std::move(student)),
      optimizer_(AsParameters(student_), AdamWOptions{}),
      temperature_(temperature) {}

DistillStep StudentTrainer::Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed,
                                 std::int64_t step) {
  const LossPositions positions = ChooseLossPositions(batch.is_answer, seed, step);
  const auto at_positions = [&](const at::Tensor& hidden) {
    return hidden.flatten(0, 1).index_select(0, positions.index);
  };
  at::Tensor target;
  {
    const at::NoGradGuard no_grad;
    target = at_positions(HiddenStates(teacher_, batch.ids, batch.document));
  }
  const at::Tensor hidden = at_positions(HiddenStates(student_, batch.ids, batch.document));
  const at::Tensor loss = KdLoss(hidden, target, teacher_.lm_head, positions.weight,
                                 {.student = temperature_, .teacher = temperature_});
  loss.backward();
  const double norm = optimizer_.Step(learning_rate);
  return {loss.item<double>(), !std::isfinite(norm)};
}

}  // namespace rad
