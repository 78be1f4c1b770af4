#include "worker/distill/kd_loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

namespace rad {
namespace {

// The definition, in double, differentiated by autograd.
at::Tensor PlainLoss(const at::Tensor& student, const at::Tensor& teacher, const at::Tensor& weight,
                     double t) {
  const at::Tensor per_token = -(at::softmax(teacher / t, -1) * at::log_softmax(student / t, -1)).sum(-1);
  return (per_token * weight).sum() / weight.sum();
}

TEST(KdLoss, EqualsTheDefinitionAndItsGradientOverSeveralChunks) {
  at::manual_seed(1);
  const std::int64_t n = 9, d = 12, vocab = 50;
  const at::Tensor lm_head = at::randn({vocab, d}) * 0.5;
  const at::Tensor teacher = at::randn({n, d});
  const at::Tensor weight = at::tensor({1.0F, 0.0F, 4.0F, 1.0F, 1.0F, 0.0F, 0.0F, 2.0F, 1.0F});
  for (const double temperature : {1.0, 2.0}) {
    at::Tensor student = at::randn({n, d}).set_requires_grad(true);
    at::Tensor plain = student.detach().to(at::kDouble).set_requires_grad(true);
    const KdLossTerms loss =
        KdLoss(student, lm_head, {teacher, lm_head, weight / weight.sum()}, {temperature, temperature},
               /*chunk_bytes=*/4 * vocab * 4);  // of 4, 4 and 1 tokens
    (loss.total * 3).backward();
    const at::Tensor head = lm_head.to(at::kDouble);
    const at::Tensor expected = PlainLoss(at::linear(plain, head), at::linear(teacher.to(at::kDouble), head),
                                          weight.to(at::kDouble), temperature);
    (expected * 3).backward();
    EXPECT_NEAR(loss.distance / expected.item<double>(), 1, 1e-6);
    const double error = (student.grad() - plain.grad()).abs().max().item<double>();
    EXPECT_LT(error / plain.grad().abs().max().item<double>(), 2e-6);
    EXPECT_EQ(student.grad()[1].abs().max().item<float>(), 0);
  }
}

TEST(KdLoss, AddsTheNextTokensAndGivesATrainedHeadItsGradient) {
  at::manual_seed(2);
  const std::int64_t n = 9, d = 12, vocab = 50;
  const at::Tensor teacher = at::randn({n, d}), teacher_head = at::randn({vocab, d});
  const at::Tensor weight = at::rand({n}), next = at::randint(vocab, {n}, at::kLong);
  const at::Tensor next_weight = at::rand({n}) * at::arange(n).ne(3);
  at::Tensor student = at::randn({n, d}).set_requires_grad(true);
  at::Tensor head = at::randn({vocab, d}).set_requires_grad(true);
  const KdLossTerms loss = KdLoss(student, head, {teacher, teacher_head, weight, next, next_weight}, {2, 2},
                                  /*chunk_bytes=*/4 * vocab * 4);
  loss.total.backward();

  const auto wide = [](const at::Tensor& t) { return t.detach().to(at::kDouble); };
  at::Tensor plain = wide(student).set_requires_grad(true), plain_head = wide(head).set_requires_grad(true);
  const at::Tensor logits = at::linear(plain, plain_head);
  const at::Tensor distance =
      PlainLoss(logits, at::linear(wide(teacher), wide(teacher_head)), wide(weight), 2) * wide(weight).sum();
  const at::Tensor log_p = at::log_softmax(logits, -1).gather(1, next.unsqueeze(1)).squeeze(1);
  const at::Tensor next_token = -(log_p * wide(next_weight)).sum();
  (distance + next_token).backward();
  EXPECT_NEAR(loss.distance / distance.item<double>(), 1, 1e-6);
  EXPECT_NEAR(loss.next_token / next_token.item<double>(), 1, 1e-6);
  EXPECT_NEAR(loss.total.item<double>(), loss.distance + loss.next_token, 1e-4);
  for (const auto& [actual, expected] : {std::pair{student, plain}, std::pair{head, plain_head}}) {
    const double error = (actual.grad() - expected.grad()).abs().max().item<double>();
    EXPECT_LT(error / expected.grad().abs().max().item<double>(), 2e-6);
  }
}

TEST(KdLoss, NothingKeptCostsNothing) {
  at::Tensor student = at::ones({2, 3}).set_requires_grad(true);
  const at::Tensor head = at::ones({5, 3}),
                   loss = KdLoss(student, head, {at::ones({2, 3}), head, at::zeros({2})}, {}).total;
  loss.backward();
  EXPECT_EQ(loss.item<float>(), 0);
  EXPECT_EQ(student.grad().abs().max().item<float>(), 0);
}

}  // namespace
}  // namespace rad
