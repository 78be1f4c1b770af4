#include "kernels/ssd_scan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace rad::kernels {
namespace {

using Numbers = std::vector<double>;

constexpr SsdShape kShape{2, 5, 3, 4, 2};
constexpr std::int64_t kTokens = kShape.b * kShape.l * kShape.h;
constexpr std::int64_t kStates = kShape.b * kShape.h * kShape.N * kShape.P;

// A fixed sequence without structure, in [-1, 1].
Numbers Wave(std::int64_t count, double phase) {
  Numbers values(count);
  for (std::int64_t i = 0; i < count; ++i) values[i] = std::sin(12.9898 * static_cast<double>(i + 1) + phase);
  return values;
}

struct Inputs {
  Numbers x = Wave(kTokens * kShape.P, 1), B = Wave(kTokens * kShape.N, 2), C = Wave(kTokens * kShape.N, 3),
          log_a = Wave(kTokens, 4), D = Wave(kShape.h, 5), init = Wave(kStates, 6);
  std::vector<std::uint8_t> reset = {0, 0, 1, 0, 0, 1, 0, 0, 0, 1};

  Inputs() {
    for (double& value : log_a) value -= 1;  // decays between e^-2 and 1
  }
  SsdArguments<double> arguments() const {
    return {x.data(), B.data(), C.data(), log_a.data(), D.data(), reset.data(), init.data()};
  }
};

const Numbers kDy = Wave(kTokens * kShape.P, 7), kDfinal = Wave(kStates, 8);

double Loss(const Inputs& in) {
  Numbers y(kTokens * kShape.P), final_state(kStates);
  SsdScan<double>(kShape, in.arguments(), y.data(), final_state.data());
  double loss = 0;
  for (std::size_t i = 0; i < y.size(); ++i) loss += y[i] * kDy[i];
  for (std::size_t i = 0; i < final_state.size(); ++i) loss += final_state[i] * kDfinal[i];
  return loss;
}

TEST(SsdScanTest, OneHeadByHand) {
  const SsdShape shape{1, 2, 1, 1, 1};
  const Numbers x = {2, 3}, B = {5, 7}, C = {1, 2}, log_a = {std::log(0.5), std::log(0.25)}, D = {10},
                init = {8};
  Numbers y(2), final_state(1);
  SsdScan<double>(shape, {x.data(), B.data(), C.data(), log_a.data(), D.data(), nullptr, init.data()},
                  y.data(), final_state.data());
  EXPECT_DOUBLE_EQ(y[0], 1 * (0.5 * 8 + 5 * 2) + 10 * 2);
  EXPECT_DOUBLE_EQ(final_state[0], 0.25 * 14 + 7 * 3);
  EXPECT_DOUBLE_EQ(y[1], 2 * 24.5 + 10 * 3);
}

TEST(SsdScanTest, GradientsAreThoseOfFiniteDifferences) {
  Inputs in;
  Inputs grads;
  SsdScanBackward<double>(kShape, in.arguments(), kDy.data(), kDfinal.data(),
                          {grads.x.data(), grads.B.data(), grads.C.data(), grads.log_a.data(), grads.D.data(),
                           grads.init.data()});
  const auto expect_gradient = [&](Numbers Inputs::*member, const char* name) {
    Numbers& values = in.*member;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i], step = 1e-6;
      values[i] = value + step;
      const double above = Loss(in);
      values[i] = value - step;
      const double below = Loss(in);
      values[i] = value;
      EXPECT_NEAR((grads.*member)[i], (above - below) / (2 * step), 1e-7) << name << " " << i;
    }
  };
  expect_gradient(&Inputs::x, "x");
  expect_gradient(&Inputs::B, "B");
  expect_gradient(&Inputs::C, "C");
  expect_gradient(&Inputs::log_a, "log_a");
  expect_gradient(&Inputs::D, "D");
  expect_gradient(&Inputs::init, "init_state");
}

}  // namespace
}  // namespace rad::kernels
