#include "worker/ablation/score_flops.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "tests/worker/transformer/random_transformer.h"

namespace rad {
namespace {

// Three layers; one example of 9 inputs of which the last predicts the answer.
ProbeExample Example() { return {std::vector<TokenId>(10, 1), 1}; }

TEST(ScoreFlops, AreThoseOfTheMatricesThatRun) {
  const ModelConfig c = SmallConfig();
  const double query_out = 2 * 2 * 48 * 48, key_value = 2 * 2 * 48 * 16, mlp = 2 * 3 * 48 * 80,
               head = 2 * 48 * 8, lm_head = 2 * 48 * 101, layer = query_out + key_value + mlp;
  const double last = 9 * key_value + query_out + mlp + lm_head;  // all but keys and values: one row
  const ProbeExample examples[] = {Example()};
  EXPECT_EQ(ScoreFlops(c, examples, {}), 0);
  const HeadId first[] = {{0, 2}};
  EXPECT_DOUBLE_EQ(ScoreFlops(c, examples, first),
                   9 * (query_out + key_value) + 9 * (head + mlp + layer) + last);
  const HeadId two_of_the_last[] = {{2, 0}, {2, 5}};
  EXPECT_DOUBLE_EQ(ScoreFlops(c, examples, two_of_the_last),
                   9 * (3 * query_out + 3 * key_value + 2 * mlp) + 2 * (9 * head + mlp + lm_head));
}

TEST(ScoreFlops, CountACommonBeginningOnce) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);  // a batch for each thread would share nothing here
  const ModelConfig c = SmallConfig();
  const HeadId heads[] = {{0, 0}, {1, 0}, {2, 0}};
  ProbeExample other = Example();
  for (std::size_t i = 4; i < other.ids.size(); ++i) other.ids[i] = 2;
  const ProbeExample apart[] = {{std::vector<TokenId>(10, 2), 1}, Example()}, alike[] = {other, Example()};
  const double flops = ScoreFlops(c, apart, heads);
  EXPECT_LT(ScoreFlops(c, alike, heads), flops);
  EXPECT_GT(ScoreFlops(c, alike, heads),
            flops * 14 / 18);  // four of the 18 tokens are shared, the rows are not
  at::set_num_threads(threads);
}

}  // namespace
}  // namespace rad
