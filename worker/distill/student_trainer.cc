#include "worker/distill/student_trainer.h"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <utility>

#include "worker/ablation/split_mix.h"
#include "worker/distill/kd_loss.h"
#include "worker/distill/paired_forward.h"
#include "worker/parallel/batch_parts.h"

namespace rad {
namespace {

constexpr double kShareOfPositions = 0.25;
constexpr float kAnswerWeight = 4;  // an answer is one token in forty, and what the student is judged by

HybridStudent ToTrain(HybridStudent student, TrainedPart part) {
  if (part == TrainedPart::kAll) OwnBase(student);
  for (const NamedTensor& named : TrainedTensors(student)) at::Tensor(named.tensor).set_requires_grad(true);
  return student;
}

std::unique_ptr<OptimizerShards> Shards(bool wanted, Collective* collective, const HybridStudent& student) {
  if (!wanted || collective == nullptr) return nullptr;
  return std::make_unique<OptimizerShards>(*collective, TrainedTensors(student));
}

// Makes the weights add up to `sum`, unless all are 0.
void Normalise(at::Tensor& weight, double sum) {
  const double total = weight.sum().item<double>();
  if (total > 0) weight = weight / (total / sum);
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

void AddNextTokens(const BatchTensors& batch, LossPositions& positions) {
  const auto next = [](const at::Tensor& rows) { return at::roll(rows, -1, 1); };
  at::Tensor follows = at::ones(batch.ids.sizes(), at::kBool);
  if (batch.document.defined()) follows = next(batch.document).eq(batch.document);
  follows.select(1, -1).fill_(false);
  const auto chosen = [&](const at::Tensor& rows) { return rows.flatten().index_select(0, positions.index); };
  positions.next_token = chosen(next(batch.ids));
  positions.next_token_weight = positions.weight * chosen(follows);
}

LossPositions PositionsWithin(const LossPositions& positions, std::int64_t begin, std::int64_t count) {
  const at::Tensor within = positions.index.ge(begin).logical_and(positions.index.lt(begin + count));
  const auto part = [&](const at::Tensor& all) { return all.defined() ? all.masked_select(within) : all; };
  return {part(positions.index) - begin, part(positions.weight), part(positions.next_token),
          part(positions.next_token_weight)};
}

StudentTrainer::StudentTrainer(const Transformer& teacher, HybridStudent student,
                               const StudentTraining& training, const GangSeat& seat, Collective* collective)
    : teacher_(teacher),
      training_(training),
      student_(ToTrain(std::move(student), training.train)),
      seat_(seat),
      collective_(collective),
      shards_(Shards(training.shard_optimizer, collective, student_)),
      optimizer_(TrainedTensors(student_), {.weight_decay = training.weight_decay},
                 shards_ ? shards_->Owned() : std::vector<bool>()) {
  if (collective_ == nullptr) return;
  std::vector<at::Tensor> parameters;
  for (const NamedTensor& named : optimizer_.parameters()) {
    parameters.push_back(named.tensor);
    collective_->StartBroadcast(named.tensor.detach(), 0)->Wait();
  }
  gradients_ = std::make_unique<GradientSum>(*collective_, std::move(parameters));
}

LossPositions StudentTrainer::Positions(const BatchTensors& batch, std::uint64_t seed,
                                        std::int64_t step) const {
  LossPositions positions = ChooseLossPositions(batch.is_answer, seed, step);
  if (training_.next_token_weight > 0) {
    AddNextTokens(batch, positions);
    Normalise(positions.next_token_weight, training_.next_token_weight);
  }
  Normalise(positions.weight, 1);
  return positions;
}

DistillStep StudentTrainer::Step(const BatchTensors& batch, double learning_rate, std::uint64_t seed,
                                 std::int64_t step) {
  const LossPositions positions = Positions(batch, seed, step);
  const std::int64_t tokens = batch.ids.size(1);
  const std::vector<BatchPart> parts = PartsOf(seat_, batch.ids.size(0), training_.micro_batch_sequences);
  TORCH_CHECK(!parts.empty(), "a batch of ", batch.ids.size(0), " sequences has none for rank ", seat_.rank);
  at::Tensor losses = at::zeros({3}, at::kDouble);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (gradients_ && i + 1 == parts.size()) gradients_->Begin();
    const auto [begin, count] = parts[i];
    losses += Backward(SequencesOf(batch, begin, count),
                       PositionsWithin(positions, begin * tokens, count * tokens), batch.ids.numel());
  }
  if (gradients_) {
    gradients_->Finish();
    collective_->Sum(losses);
  }
  const double norm = optimizer_.Step(learning_rate);
  DistillStep result{losses[0].item<double>(), {}, !std::isfinite(norm)};
  if (shards_ && !result.skipped) shards_->ShareValues();
  const auto report = [&](const char* name, double weight, std::int64_t term) {
    if (weight > 0) result.extra_losses[name] = losses[term].item<double>() / weight;
  };
  report("next_token", training_.next_token_weight, 1);
  report("hidden", training_.hidden_weight, 2);
  return result;
}

at::Tensor StudentTrainer::Backward(const BatchTensors& part, const LossPositions& positions,
                                    std::int64_t batch_tokens) {
  const bool with_hidden = training_.hidden_weight > 0;
  const PairedForward forward =
      RunPaired(teacher_, student_, part, {.hidden_distance = with_hidden, .recompute = training_.recompute});
  const auto at_positions = [&](const at::Tensor& hidden) {
    return hidden.flatten(0, 1).index_select(0, positions.index);
  };
  const KdLossTerms loss = KdLoss(at_positions(forward.student), student_.base.lm_head,
                                  {.teacher_hidden = at_positions(forward.teacher),
                                   .teacher_lm_head = teacher_.lm_head,
                                   .weight = positions.weight,
                                   .next_token = positions.next_token,
                                   .next_token_weight = positions.next_token_weight},
                                  {.student = training_.temperature, .teacher = training_.temperature});
  at::Tensor total = loss.total, hidden;
  if (with_hidden) {
    hidden = forward.hidden_distance * (training_.hidden_weight / static_cast<double>(batch_tokens));
    total = total + hidden;
  }
  total.backward();
  const double hidden_loss = with_hidden ? hidden.item<double>() : 0;
  return at::tensor({loss.distance, loss.next_token, hidden_loss}, at::kDouble);
}

}  // namespace rad
