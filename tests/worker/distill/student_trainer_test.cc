#include "worker/distill/student_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/worker/distill/random_batch.h"
#include "tests/worker/hybrid/random_student.h"
#include "worker/model/memory_meter.h"

namespace rad {
namespace {

const Transformer kTeacher = RandomTransformer(SmallConfig());

BatchTensors Batch() { return RandomBatch(kTeacher.config.vocab, 2, 24, 8); }
StudentTrainer Trainer(const std::vector<std::vector<int>>& kept, const Transformer& teacher = kTeacher,
                       const StudentTraining& training = {}) {
  at::manual_seed(17);
  return StudentTrainer(teacher, RandomStudent(teacher, kept, {4}), training);
}

const std::vector<std::vector<int>> kSomeKept = {{}, {2, 5}, {0, 1, 2, 3, 4, 5}};
const StudentTraining kAllTerms{.next_token_weight = 0.5, .hidden_weight = 2};

// One step: its losses, the gradient before clipping in the order of Weights(), and the most memory it took.
struct FirstStep {
  DistillStep result;
  std::vector<at::Tensor> gradients;
  std::int64_t peak_bytes = 0;
};
FirstStep TakeStep(const StudentTraining& training, std::int64_t sequences,
                   const Transformer& teacher = kTeacher) {
  StudentTrainer trainer = Trainer(kSomeKept, teacher, training);
  FirstStep first;
  {
    const MemoryMeter meter;
    first.result = trainer.Step(RandomBatch(teacher.config.vocab, sequences, 24, 8), 1e-3, 1, 0);
    first.peak_bytes = meter.PeakBytes();
  }
  // The first moment after one step is 0.1 of it.
  for (const NamedTensor& state : trainer.OptimizerState()) {
    if (state.name.ends_with(".exp_avg")) first.gradients.push_back(state.tensor / 0.1);
  }
  return first;
}

double LargestDifference(const FirstStep& a, const FirstStep& b) {
  double largest = 0, scale = 0;
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    largest = std::max(largest, (a.gradients[i] - b.gradients[i]).abs().max().item<double>());
    scale = std::max(scale, b.gradients[i].abs().max().item<double>());
  }
  return largest / scale;
}

TEST(LossPositions, AreAllAnswersAndAShareOfTheOthers) {
  const at::Tensor is_answer = at::arange(4000).remainder(40).eq(0).view({4, 1000});
  const LossPositions positions = ChooseLossPositions(is_answer, 1, 2);
  EXPECT_EQ(positions.weight.eq(4).sum().item<std::int64_t>(), 100);
  const at::Tensor answers = positions.index.masked_select(positions.weight.eq(4));
  EXPECT_TRUE(answers.remainder(40).eq(0).all().item<bool>());
  EXPECT_NEAR(positions.weight.eq(1).sum().item<double>() / 3900, 0.25, 0.03);
  EXPECT_TRUE(at::equal(positions.index, ChooseLossPositions(is_answer, 1, 2).index));
  EXPECT_FALSE(at::equal(positions.index, ChooseLossPositions(is_answer, 1, 3).index));
}

TEST(StudentTrainer, StudentThatKeepsEveryHeadHasTheTeachersEntropyAndNothingToLearn) {
  StudentTrainer trainer = Trainer({{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}});
  const BatchTensors batch = Batch();
  const at::Tensor before = trainer.student().layers[1].attention.q.detach().clone();
  const LossPositions positions = ChooseLossPositions(batch.is_answer, 1, 0);
  const at::Tensor logits = Logits(kTeacher, HiddenStates(kTeacher, batch.ids, batch.document)).flatten(0, 1);
  const at::Tensor p = at::log_softmax(logits.index_select(0, positions.index), -1);
  const at::Tensor entropy = -(p.exp() * p).sum(-1);
  const double expected = ((entropy * positions.weight).sum() / positions.weight.sum()).item<double>();
  EXPECT_NEAR(trainer.Step(batch, 1e-9, 1, 0).loss / expected, 1, 1e-4);
  EXPECT_TRUE(at::allclose(trainer.student().layers[1].attention.q, before, 0, 1e-7));
}

TEST(StudentTrainer, LossFallsAndOnlyTheMixersChange) {
  StudentTrainer trainer = Trainer({{}, {2, 5}, {0, 1, 2, 3, 4, 5}});
  const at::Tensor embedding = kTeacher.embedding.clone(), mlp = kTeacher.layers[1].mlp.down.clone();
  std::vector<at::Tensor> before;
  for (const NamedTensor& named : trainer.Weights()) before.push_back(named.tensor.detach().clone());
  const double first = trainer.Step(Batch(), 1e-3, 1, 0).loss;
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_FALSE(at::equal(trainer.Weights()[i].tensor, before[i])) << trainer.Weights()[i].name;
  }
  for (int step = 1; step < 20; ++step) trainer.Step(Batch(), 1e-3, 1, step);
  EXPECT_LT(trainer.Step(Batch(), 1e-3, 1, 0).loss, first - 0.1);
  EXPECT_TRUE(at::equal(kTeacher.embedding, embedding));
  EXPECT_TRUE(at::equal(kTeacher.layers[1].mlp.down, mlp));
  EXPECT_FALSE(kTeacher.layers[1].mlp.down.grad().defined());
}

TEST(StudentTrainer, PiecesOfABatchAddUpToItInLessMemory) {
  StudentTraining pieces = kAllTerms;
  pieces.micro_batch_sequences = 2;
  const FirstStep whole = TakeStep(kAllTerms, 12), accumulated = TakeStep(pieces, 12);
  EXPECT_NEAR(accumulated.result.loss / whole.result.loss, 1, 1e-6);
  for (const auto& [name, loss] : whole.result.extra_losses)
    EXPECT_NEAR(accumulated.result.extra_losses.at(name) / loss, 1, 1e-6) << name;
  EXPECT_LT(LargestDifference(accumulated, whole), 1e-5);
  EXPECT_LT(accumulated.peak_bytes, whole.peak_bytes / 2);
}

TEST(StudentTrainer, RecomputedLayersGiveTheSameBitsInLessMemory) {
  for (const TrainedPart part : {TrainedPart::kMixers, TrainedPart::kAll}) {
    StudentTraining training = kAllTerms, recomputing = kAllTerms;
    training.train = recomputing.train = part;
    recomputing.recompute = true;
    const FirstStep kept = TakeStep(training, 8), again = TakeStep(recomputing, 8);
    EXPECT_EQ(again.result.loss, kept.result.loss);
    EXPECT_EQ(LargestDifference(again, kept), 0);
    EXPECT_LT(again.peak_bytes, kept.peak_bytes * 3 / 4);
  }
}

// The whole loss out of LibTorch's operations, differentiated by autograd.
TEST(StudentTrainer, TermsOfTheLossFollowTheirDefinition) {
  StudentTraining training = kAllTerms;
  training.train = TrainedPart::kAll;
  const FirstStep first = TakeStep(training, 3);
  const BatchTensors batch = RandomBatch(kTeacher.config.vocab, 3, 24, 8);
  HybridStudent student = Trainer(kSomeKept).student();
  OwnBase(student);
  for (const NamedTensor& named : TrainedTensors(student)) at::Tensor(named.tensor).set_requires_grad(true);
  const Rope rope = MakeRope(kTeacher.config, 0, 24);
  at::Tensor x = Embed(student.base, batch.ids), wanted = Embed(kTeacher, batch.ids), hidden = at::zeros({});
  for (int layer = 0; layer < 3; ++layer) {
    x = LayerForward(student, layer, x, rope, batch.document);
    wanted = LayerForward(kTeacher, layer, wanted, rope, batch.document);
    const auto square = [](const at::Tensor& t) { return t.norm(2, -1).square(); };
    hidden = hidden + (square(x - wanted) / square(wanted)).mean() / 3;
  }
  const LossPositions at = ChooseLossPositions(batch.is_answer, 1, 0);
  const at::Tensor logits =
      Logits(student.base, Normed(student.base, x, student.base.final_norm)).flatten(0, 1);
  const at::Tensor log_p = at::log_softmax(logits, -1);
  const at::Tensor target =
      at::softmax(Logits(kTeacher, Normed(kTeacher, wanted, kTeacher.final_norm)).flatten(0, 1), -1);
  at::Tensor kd = at::zeros({}), next = at::zeros({}), kd_weight = at::zeros({}), next_weight = at::zeros({});
  for (std::int64_t i = 0; i < at.index.size(0); ++i) {
    const auto place = at.index[i].item<std::int64_t>();
    kd = kd - (target[place] * log_p[place]).sum() * at.weight[i];
    kd_weight = kd_weight + at.weight[i];
    if (place % 12 == 11) continue;  // a document of 12 tokens ends
    next = next - log_p[place][batch.ids.flatten()[place + 1].item<std::int64_t>()] * at.weight[i];
    next_weight = next_weight + at.weight[i];
  }
  kd = kd / kd_weight, next = next / next_weight;
  (kd + next * 0.5 + hidden * 2).backward();

  EXPECT_NEAR(first.result.loss / kd.item<double>(), 1, 1e-5);
  EXPECT_NEAR(first.result.extra_losses.at("next_token") / next.item<double>(), 1, 1e-5);
  EXPECT_NEAR(first.result.extra_losses.at("hidden") / hidden.item<double>(), 1, 1e-5);
  FirstStep plain;
  double norm = 0;
  for (const NamedTensor& named : TrainedTensors(student)) {
    plain.gradients.push_back(named.tensor.grad());
    norm = std::hypot(norm, named.tensor.grad().norm().item<double>());
  }
  for (at::Tensor& gradient : plain.gradients) gradient = gradient / std::max(1.0, norm);
  ASSERT_EQ(first.gradients.size(), plain.gradients.size());
  EXPECT_LT(LargestDifference(first, plain), 1e-5);
}

TEST(StudentTrainer, EveryWeightTrainsOnMastersOfItsOwn) {
  const Transformer half = RandomTransformer(SmallConfig(), at::kBFloat16);
  const at::Tensor embedding = half.embedding.clone();
  StudentTrainer trainer = Trainer(kSomeKept, half, {.train = TrainedPart::kAll});
  EXPECT_GT(trainer.Weights().size(), TrainedTensors(Trainer(kSomeKept, half).student()).size() + 3 * 4);
  std::vector<at::Tensor> before;
  for (const NamedTensor& named : trainer.Weights()) before.push_back(named.tensor.detach().clone());
  const double first = trainer.Step(Batch(), 1e-3, 1, 0).loss;
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].scalar_type(), at::kFloat);
    EXPECT_FALSE(at::equal(trainer.Weights()[i].tensor, before[i])) << trainer.Weights()[i].name;
  }
  EXPECT_EQ(HiddenStates(trainer.student(), Batch().ids).scalar_type(), at::kBFloat16);
  for (int step = 1; step < 10; ++step) trainer.Step(Batch(), 1e-3, 1, step);
  EXPECT_LT(trainer.Step(Batch(), 1e-3, 1, 0).loss, first - 0.1);
  EXPECT_TRUE(at::equal(half.embedding, embedding));
}

TEST(StudentTrainer, Bf16ProductsGiveNearlyTheSameLoss) {
  const Transformer half = RandomTransformer(SmallConfig(), at::kBFloat16);
  StudentTrainer plain = Trainer({{}, {2, 5}, {0}}), mixed = Trainer({{}, {2, 5}, {0}}, half);
  const double expected = plain.Step(Batch(), 1e-3, 1, 0).loss;
  EXPECT_NEAR(mixed.Step(Batch(), 1e-3, 1, 0).loss / expected, 1, 0.05);
}

}  // namespace
}  // namespace rad
