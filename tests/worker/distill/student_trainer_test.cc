#include "worker/distill/student_trainer.h"

#include <gtest/gtest.h>

#include "tests/worker/distill/random_batch.h"
#include "tests/worker/hybrid/random_student.h"

namespace rad {
namespace {

const Transformer kTeacher = RandomTransformer(SmallConfig());

BatchTensors Batch() { return RandomBatch(kTeacher.config.vocab, 2, 24, 8); }
StudentTrainer Trainer(const std::vector<std::vector<int>>& kept, const Transformer& teacher = kTeacher) {
  at::manual_seed(17);
  return StudentTrainer(teacher, RandomStudent(teacher, kept, 4), 1);
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

TEST(StudentTrainer, Bf16ProductsGiveNearlyTheSameLoss) {
  const Transformer half = RandomTransformer(SmallConfig(), at::kBFloat16);
  StudentTrainer plain = Trainer({{}, {2, 5}, {0}}), mixed = Trainer({{}, {2, 5}, {0}}, half);
  const double expected = plain.Step(Batch(), 1e-3, 1, 0).loss;
  EXPECT_NEAR(mixed.Step(Batch(), 1e-3, 1, 0).loss / expected, 1, 0.05);
}

}  // namespace
}  // namespace rad
