#include "worker/distill/head_aligner.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/worker/distill/random_batch.h"
#include "tests/worker/transformer/random_transformer.h"

namespace rad {
namespace {

const Transformer kTeacher = RandomTransformer(SmallConfig());

BatchTensors Batch(std::int64_t step) { return RandomBatch(kTeacher.config.vocab, 2, 24, 100 + step); }

TEST(HeadAligner, ErrorFallsOnWhatItTrainsOn) {
  HeadAligner aligner(kTeacher, {4}, Batch(0));
  const double first = aligner.Step(Batch(1), 3e-3, 1, 0).relative_error;
  EXPECT_LT(first, 1);  // the initialisation is better than nothing
  for (int step = 1; step < 30; ++step) aligner.Step(Batch(1), 3e-3, 1, step);
  const AlignStep last = aligner.Step(Batch(1), 3e-3, 1, 0);
  EXPECT_LT(last.relative_error, 0.7 * first);
  EXPECT_EQ(last.skipped_layers, 0);
}

TEST(HeadAligner, LossIsTheDefinitionWhenNoHeadIsLeftOut) {
  HeadAligner aligner(kTeacher, {4}, Batch(0));
  double loss = 0, error = 0;
  const BatchTensors batch = Batch(1);
  WalkTeacher(kTeacher, batch, [&](const LayerView& view) {
    const at::NoGradGuard no_grad;
    const auto layer = static_cast<std::size_t>(view.layer);
    const at::Tensor student = at::linear(Mamba2Heads(aligner.mixers()[layer], view.normed, batch.reset),
                                          kTeacher.layers[layer].attention.o);
    const double norm = (student - view.output).norm(2, -1).mean().item<double>();
    loss += norm / 3;
    error += norm / view.output.norm(2, -1).mean().item<double>() / 3;
  });
  const AlignStep step = aligner.Step(batch, 1e-3, 1, 0);
  EXPECT_NEAR(step.loss / loss, 1, 1e-4);
  EXPECT_NEAR(step.relative_error / error, 1, 1e-4);
}

TEST(HeadAligner, LayersLearnApart) {
  Transformer other = kTeacher;  // another second layer changes what layers 0 and 1 read in nothing
  other.layers[2].attention = RandomTransformer(SmallConfig(), at::kFloat, 99).layers[2].attention;
  HeadAligner a(kTeacher, {4}, Batch(0)), b(other, {4}, Batch(0));
  a.Step(Batch(1), 1e-3, 1, 1);
  b.Step(Batch(1), 1e-3, 1, 1);
  for (const std::size_t layer : {0, 1})
    EXPECT_TRUE(at::equal(a.mixers()[layer].in_proj, b.mixers()[layer].in_proj));
  EXPECT_FALSE(at::equal(a.mixers()[2].in_proj, b.mixers()[2].in_proj));
}

TEST(HeadAligner, NonFiniteLayerIsSkippedAndTheOthersTrain) {
  Transformer broken = kTeacher;
  HeadAligner aligner(broken, {4}, Batch(0));
  broken.layers[2].attention.o = broken.layers[2].attention.o.clone();
  broken.layers[2].attention.o[0][0] = std::numeric_limits<float>::infinity();
  const at::Tensor first = aligner.mixers()[0].in_proj.detach().clone(),
                   last = aligner.mixers()[2].in_proj.detach().clone();
  EXPECT_EQ(aligner.Step(Batch(1), 1e-3, 1, 0).skipped_layers, 1);
  EXPECT_FALSE(at::equal(aligner.mixers()[0].in_proj, first));
  EXPECT_TRUE(at::equal(aligner.mixers()[2].in_proj, last));
}

TEST(HeadAligner, Bf16ProductsGiveNearlyTheSameLossAndTrainFloat32Weights) {
  const Transformer half = RandomTransformer(SmallConfig(), at::kBFloat16);
  HeadAligner plain(kTeacher, {4}, Batch(0)), mixed(half, {4}, Batch(0));
  const double expected = plain.Step(Batch(1), 1e-3, 1, 0).relative_error;
  EXPECT_NEAR(mixed.Step(Batch(1), 1e-3, 1, 0).relative_error / expected, 1, 0.05);
  EXPECT_EQ(mixed.mixers()[0].in_proj.scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace rad
