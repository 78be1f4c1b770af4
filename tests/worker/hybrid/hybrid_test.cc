#include "worker/model/hybrid.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tests/worker/hybrid/random_student.h"
#include "tests/worker/hybrid/reference_scan.h"

namespace rad {
namespace {

const std::vector<std::vector<int>> kKept = {{0, 1, 5}, {}, {0, 1, 2, 3, 4, 5}};

at::Tensor RandomIds(std::int64_t b, std::int64_t t) {
  return at::randint(SmallConfig().vocab, {b, t}, at::kLong);
}

TEST(HeadSplitTest, GroupsAreThoseThatKeptHeadsRead) {
  const HeadSplit split = MakeHeadSplit(SmallConfig(), {1, 2, 4}, Join::kReplace);  // 3 heads to a group
  EXPECT_EQ(split.ssm, (std::vector<int>{0, 3, 5}));
  EXPECT_EQ(split.groups, (std::vector<int>{0, 1}));
  EXPECT_EQ(split.kept_group, (std::vector<int>{0, 0, 1}));
  EXPECT_EQ(MakeHeadSplit(SmallConfig(), {3, 5}, Join::kReplace).groups, (std::vector<int>{1}));
}

TEST(KeptByLayerTest, SortsIntoLayers) {
  const std::vector<HeadId> kept = {{2, 5}, {0, 3}, {2, 1}};
  EXPECT_EQ(KeptByLayer(SmallConfig(), kept), (std::vector<std::vector<int>>{{3}, {}, {1, 5}}));
}

TEST(HybridTest, WithEveryHeadKeptIsTheTeacher) {
  const at::NoGradGuard no_grad;
  for (const bool bias : {false, true}) {
    ModelConfig config = SmallConfig();
    config.qkv_bias = bias;
    const Transformer teacher = RandomTransformer(config);
    const std::vector<int> all = {0, 1, 2, 3, 4, 5};
    const HybridStudent student = RandomStudent(teacher, {all, all, all}, {4});
    const at::Tensor ids = RandomIds(2, 20);
    EXPECT_LT(RelativeError(HiddenStates(student, ids), HiddenStates(teacher, ids)), 1e-5);
  }
}

// Each head's chunk of the output projection's input must come from that head, of its kind.
TEST(HybridTest, MixerJoinsEachHeadWithItsOwnColumns) {
  const at::NoGradGuard no_grad;
  const ModelConfig config = SmallConfig();
  const Transformer teacher = RandomTransformer(config);
  const AttentionWeights& attention = teacher.layers[0].attention;
  const at::Tensor normed = at::randn({2, 15, config.hidden});
  const Rope rope = MakeRope(config, 0, 15);
  const at::Tensor from_attention = HeadOutputs(config, ProjectQkv(config, attention, normed, rope));
  for (const std::int64_t P : {config.head_dim, std::int64_t{5}, std::int64_t{11}}) {
    const Mamba2Weights ssm = RandomMamba2(config, {4, P});
    const HybridLayer layer = MakeHybridLayer(config, attention, {1, 2, 4}, Join::kReplace, ssm);
    at::Tensor heads = AsTeacherHeads(ssm, Mamba2Heads(ssm, normed)).clone();
    for (const int head : {1, 2, 4}) {
      const auto chunk = [&](const at::Tensor& t) {
        return t.narrow(2, head * config.head_dim, config.head_dim);
      };
      chunk(heads).copy_(chunk(from_attention));
    }
    EXPECT_LT(RelativeError(HybridMixer(config, layer, normed, rope), at::linear(heads, attention.o)), 1e-5)
        << P;
  }
}

struct JoinParts {
  at::Tensor attention, ssm;  // of all heads, by plain means
};
JoinParts PartsOf(const HybridLayer& layer, const at::Tensor& normed, const Rope& rope) {
  return {KeptHeadOutputs(SmallConfig(), layer, normed, rope), Mamba2Heads(layer.ssm, normed)};
}

TEST(HybridTest, SumStartsAsReplaceAndThenAddsEveryHead) {
  const at::NoGradGuard no_grad;
  const ModelConfig config = SmallConfig();
  const Transformer teacher = RandomTransformer(config);
  const AttentionWeights& attention = teacher.layers[0].attention;
  const Mamba2Weights ssm = RandomMamba2(config, {4, 5});
  HybridLayer sum = MakeHybridLayer(config, attention, {1, 2, 4}, Join::kSum, ssm);
  const at::Tensor normed = at::randn({2, 15, config.hidden});
  const Rope rope = MakeRope(config, 0, 15);
  const HybridLayer replace = MakeHybridLayer(config, attention, {1, 2, 4}, Join::kReplace, ssm);
  EXPECT_LT(RelativeError(HybridMixer(config, sum, normed, rope), HybridMixer(config, replace, normed, rope)),
            1e-5);
  sum.o = at::randn(sum.o.sizes());
  const JoinParts parts = PartsOf(sum, normed, rope);
  const at::Tensor expected =
      at::linear(parts.attention, sum.o.slice(1, 0, 24)) + at::linear(parts.ssm, sum.o.slice(1, 24));
  EXPECT_LT(RelativeError(HybridMixer(config, sum, normed, rope), expected), 1e-5);
}

// Against the definition, one token after the other.
TEST(HybridTest, AdapterAveragesAfterMatchingTheStatisticsOfEveryToken) {
  const at::NoGradGuard no_grad;
  const ModelConfig config = SmallConfig();
  const HybridStudent student = RandomStudent(RandomTransformer(config), kKept, {4}, Join::kAdapter);
  const HybridLayer& layer = student.layers[0];
  const at::Tensor normed = at::randn({2, 15, config.hidden});
  const Rope rope = MakeRope(config, 0, 15);
  const JoinParts parts = PartsOf(layer, normed, rope);
  const at::Tensor output = HybridMixer(config, layer, normed, rope);
  for (int token = 0; token < 15; ++token) {
    const at::Tensor t = at::mv(layer.o.slice(1, 0, 24), parts.attention[1][token]),
                     s = at::mv(layer.o.slice(1, 24), parts.ssm[1][token]);
    const at::Tensor matched = (t - t.mean()) / t.std(false) * s.std(false) + s.mean();
    const at::Tensor expected = (s + at::mv(layer.adapter, matched) + layer.adapter_bias) / 2;
    EXPECT_LT(RelativeError(output[1][token], expected), 1e-4) << token;
  }
  EXPECT_FALSE(student.layers[1].adapter.defined());  // keeps no head: SSM heads alone
  EXPECT_EQ(student.layers[2].split.ssm.size(), 6u);  // keeps all, and has all SSM heads too
}

TEST(HybridTest, PackedDocumentsDoNotSeeOneAnother) {
  const at::NoGradGuard no_grad;
  HybridStudent student = RandomStudent(RandomTransformer(SmallConfig()), kKept, {4});
  for (HybridLayer& layer :
       student.layers) {  // the convolution is meant to run across documents: leave it out
    if (!layer.ssm.conv_weight.defined()) continue;
    layer.ssm.conv_weight.zero_();
    layer.ssm.conv_weight.select(1, kConvHistory).fill_(1);
  }
  const at::Tensor ids = RandomIds(2, 24);
  const at::Tensor document = at::cat({at::zeros({2, 10}, at::kLong), at::ones({2, 14}, at::kLong)}, 1);
  const at::Tensor packed = HiddenStates(student, ids, document);
  EXPECT_LT(RelativeError(packed.slice(1, 0, 10), HiddenStates(student, ids.slice(1, 0, 10))), 1e-5);
  // Rotary attention depends on distances only, so the second document may as well start at position 0.
  EXPECT_LT(RelativeError(packed.slice(1, 10), HiddenStates(student, ids.slice(1, 10))), 1e-4);
}

TEST(HybridTest, GradientsReachEveryTrainedTensorAndNoOther) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  for (const Join join : {Join::kReplace, Join::kAdapter, Join::kSum}) {
    const HybridStudent student = RandomStudent(teacher, kKept, {4}, join);
    const std::vector<NamedTensor> trained = TrainedTensors(student);
    for (const NamedTensor& t : trained) t.tensor.requires_grad_();
    HiddenStates(student, RandomIds(2, 20)).square().sum().backward();
    for (const NamedTensor& t : trained) {
      ASSERT_TRUE(t.tensor.grad().defined()) << t.name;
      EXPECT_GT(t.tensor.grad().abs().max().item<float>(), 0) << t.name;
    }
    EXPECT_FALSE(student.base.embedding.grad().defined());
    EXPECT_FALSE(teacher.layers[0].attention.q.grad().defined());
  }
}

// The gradient of a mixer that has both kinds of head, against differences in the direction of the gradient.
TEST(HybridTest, GradientAgreesWithFiniteDifferences) {
  const ModelConfig config = SmallConfig();
  for (const Join join : {Join::kReplace, Join::kAdapter, Join::kSum}) {
    const HybridStudent student = RandomStudent(RandomTransformer(config), kKept, {4}, join);
    const HybridLayer& layer = student.layers[0];
    const at::Tensor normed = at::randn({2, 15, config.hidden}).requires_grad_(),
                     direction = at::randn_like(normed);
    const Rope rope = MakeRope(config, 0, 15);
    const auto loss = [&](const at::Tensor& u) {
      return HybridMixer(config, layer, u, rope).to(at::kDouble).square().mean();
    };
    loss(normed).backward();
    const double slope = (normed.grad() * direction).sum().item<double>();
    const at::NoGradGuard no_grad;
    const double step = 1e-3, above = loss(normed + step * direction).item<double>(),
                 below = loss(normed - step * direction).item<double>();
    EXPECT_NEAR((above - below) / (2 * step), slope, 5e-3 * std::abs(slope)) << JoinName(join);
  }
}

TEST(HybridTest, LayersShareTheTeachersOtherTensors) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  const HybridStudent student = RandomStudent(teacher, kKept, {4});
  EXPECT_TRUE(student.base.embedding.is_same(teacher.embedding));
  EXPECT_TRUE(student.base.layers[1].mlp.down.is_same(teacher.layers[1].mlp.down));
  EXPECT_FALSE(student.base.layers[1].attention.q.defined());
  EXPECT_FALSE(student.layers[1].attention.q.defined());  // no head kept
  EXPECT_FALSE(student.layers[2].ssm.in_proj.defined());  // every head kept
  EXPECT_FALSE(student.layers[2].o.is_alias_of(teacher.layers[2].attention.o));
}

}  // namespace
}  // namespace rad
