#include "worker/distill/teacher_walk.h"

#include <gtest/gtest.h>

#include "tests/worker/distill/random_batch.h"
#include "tests/worker/transformer/random_transformer.h"

namespace rad {
namespace {

TEST(TeacherWalk, ShowsWhatTheForwardPassComputes) {
  const Transformer teacher = RandomTransformer(SmallConfig());
  const ModelConfig& config = teacher.config;
  const BatchTensors batch = RandomBatch(config.vocab, 2, 12, 5);
  at::Tensor x = Embed(teacher, batch.ids);
  const Rope rope = MakeRope(config, 0, 12);
  int layers = 0;
  WalkTeacher(teacher, batch, [&](const LayerView& view) {
    EXPECT_EQ(view.layer, layers++);
    const LayerWeights& w = teacher.layers[static_cast<std::size_t>(view.layer)];
    EXPECT_TRUE(at::allclose(view.normed, Normed(teacher, x, w.input_norm), 1e-4, 1e-5));
    const at::Tensor mixed = x + view.output;
    x = LayerForward(teacher, view.layer, x, rope, batch.document);
    EXPECT_TRUE(at::allclose(mixed + Mlp(w.mlp, Normed(teacher, mixed, w.post_norm)), x, 1e-4, 1e-4));
    EXPECT_FALSE(view.normed.requires_grad());
  });
  EXPECT_EQ(layers, config.layers);
}

}  // namespace
}  // namespace rad
