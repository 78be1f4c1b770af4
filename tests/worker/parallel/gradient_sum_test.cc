#include "worker/parallel/gradient_sum.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/worker/parallel/run_ranks.h"

namespace rad {
namespace {

// A chain of layers whose last parameter nothing uses.
struct Chain {
  Chain() {
    at::manual_seed(5);
    for (int i = 0; i < 6; ++i) parameters.push_back(at::randn({8, 8}).set_requires_grad(true));
  }
  at::Tensor Loss(const at::Tensor& x) const {
    at::Tensor y = x;
    for (std::size_t i = 0; i + 1 < parameters.size(); ++i) y = at::tanh(at::linear(y, parameters[i]));
    return y.sum();
  }
  std::vector<at::Tensor> parameters;
};

void Backward(const at::Tensor& loss) { torch::autograd::backward({loss}, {}); }

TEST(GradientSum, IsTheGradientOfAllRanksPartsWhereverBucketsAreCut) {
  at::manual_seed(6);
  const at::Tensor parts = at::randn({4, 3, 8});  // two for each rank
  Chain whole;
  for (int part = 0; part < 4; ++part) Backward(whole.Loss(parts[part]));
  for (const std::int64_t bucket_bytes : {1L, 600L, 1L << 20}) {
    std::vector<Chain> chains(2);
    RunRanks(2, 4, [&](const GangSeat& seat) {
      const auto collective = Collective::Join(seat);
      Chain& chain = chains[static_cast<std::size_t>(seat.rank)];
      GradientSum sum(*collective, chain.parameters, bucket_bytes);
      for (int step = 0; step < 2; ++step) {  // the second one must not see the first
        for (at::Tensor& parameter : chain.parameters) parameter.mutable_grad().reset();
        Backward(chain.Loss(parts[seat.rank]));
        sum.Begin();
        Backward(chain.Loss(parts[seat.rank + 2]));
        sum.Finish();
      }
    });
    for (std::size_t i = 0; i < whole.parameters.size(); ++i) {
      const at::Tensor expected = i == 5 ? at::zeros({8, 8}) : whole.parameters[i].grad();
      EXPECT_TRUE(at::allclose(chains[0].parameters[i].grad(), expected, 1e-5, 1e-6)) << i;
      EXPECT_TRUE(at::equal(chains[0].parameters[i].grad(), chains[1].parameters[i].grad())) << i;
    }
  }
}

}  // namespace
}  // namespace rad
