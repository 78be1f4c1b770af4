#include "worker/distill/student_trainer.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <utility>

#include "worker/ablation/split_mix.h"
#include "worker/distill/kd_loss.h"
#include "worker/parallel/batch_parts.h"

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

LossPositions PositionsWithin(const LossPositions& positions, std::int64_t begin, std::int64_t count) {
  const at::Tensor within = positions.index.ge(begin).logical_and(positions.index.lt(begin + count));
  return {positions.index.masked_select(within) - begin, positions.weight.masked_select(within)};
}

StudentTrainer::StudentTrainer(const Transformer& teacher, HybridStudent student, double temperature,
                               const GangSeat& seat, Collective* collective)
    : teacher_(teacher),
      student_(std::move(student)),
      optimizer_(AsParameters(student_), AdamWOptions{}),
      temperature_(temperature),
      seat_(seat),
      collective_(collective) {
  if (collective_ == nullptr) return;
  std::vector<at::Tensor> parameters;
  for (const NamedTensor& named : optimizer_.parameters()) {
    parameters.push_back(named.tensor);
    const at::Tensor weights = named.tensor.detach();
    if (collective_->rank() > 0) weights.zero_();
    collective_->Sum(weights);
  }
  gradients_ = std::make_unique<GradientSum>(*collective_, std::move(parameters));
}

DistillStep StudentTrainer::Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed,
                                 std::int64_t step) {
  const LossPositions positions = ChooseLossPositions(batch.is_answer, seed, step);
  const double total_weight = positions.weight.sum().item<double>();
  const std::int64_t tokens = batch.ids.size(1);
  const std::vector<BatchPart> parts = PartsOf(seat_, batch.ids.size(0));
  TORCH_CHECK(!parts.empty(), "a batch of ", batch.ids.size(0), " sequences has none for rank ", seat_.rank);
  at::Tensor loss = at::zeros({}, at::kDouble);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (gradients_ && i + 1 == parts.size()) gradients_->Begin();
    const auto [begin, count] = parts[i];
    loss += Backward(SequencesOf(batch, begin, count),
                     PositionsWithin(positions, begin * tokens, count * tokens), total_weight);
  }
  if (gradients_) {
    gradients_->Finish();
    collective_->Sum(loss);
  }
  const double norm = optimizer_.Step(learning_rate);
  return {loss.item<double>(), !std::isfinite(norm)};
}

double StudentTrainer::Backward(const BatchTensors& part, const LossPositions& positions,
                                double total_weight) {
  const auto at_positions = [&](const at::Tensor& hidden) {
    return hidden.flatten(0, 1).index_select(0, positions.index);
  };
  at::Tensor target;
  {
    const at::NoGradGuard no_grad;
    target = at_positions(HiddenStates(teacher_, part.ids, part.document));
  }
  const at::Tensor hidden = at_positions(HiddenStates(student_, part.ids, part.document));
  const double share = total_weight > 0 ? positions.weight.sum().item<double>() / total_weight : 0;
  const at::Tensor loss = KdLoss(hidden, target, teacher_.lm_head, positions.weight,
                                 {.student = temperature_, .teacher = temperature_}) *
                          share;
  loss.backward();
  return loss.item<double>();
}

}  // namespace rad
