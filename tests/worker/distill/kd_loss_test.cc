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
    const at::Tensor loss = KdLoss(student, teacher, lm_head, weight, {temperature, temperature},
                                   /*chunk_bytes=*/4 * vocab * 4);  // of 4, 4 and 1 tokens
    (loss * 3).backward();
    const at::Tensor head = lm_head.to(at::kDouble);
    const at::Tensor expected = PlainLoss(at::linear(plain, head), at::linear(teacher.to(at::kDouble), head),
                                          weight.to(at::kDouble), temperature);
    (expected * 3).backward();
    EXPECT_NEAR(loss.item<double>() / expected.item<double>(), 1, 1e-6);
    const double error = (student.grad() - plain.grad()).abs().max().item<double>();
    EXPECT_LT(error / plain.grad().abs().max().item<double>(), 2e-6);
    EXPECT_EQ(student.grad()[1].abs().max().item<float>(), 0);
  }
}

TEST(KdLoss, NothingKeptCostsNothing) {
  at::Tensor student = at::ones({2, 3}).set_requires_grad(true);
  const at::Tensor loss = KdLoss(student, at::ones({2, 3}), at::ones({5, 3}), at::zeros({2}), {});
  loss.backward();
  EXPECT_EQ(loss.item<float>(), 0);
  EXPECT_EQ(student.grad().abs().max().item<float>(), 0);
}

}  // namespace
}  // namespace rad
