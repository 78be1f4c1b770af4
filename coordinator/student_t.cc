#include "coordinator/student_t.h"

#include <cmath>

namespace rad {
namespace {

// The continued fraction of the incomplete beta function by Lentz's method (Press et al., Numerical Recipes,
// 6.4). Converges within some sqrt(max(a, b)) terms where x < (a + 1) / (a + b + 2).
double BetaFraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  auto away_from_zero = [](double value) { return std::fabs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m < 10'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= d * c;
    if (std::fabs(d * c - 1) < 1e-14) break;
  }
  return fraction;
}

// The regularized incomplete beta function I_x(a, b).
double IncompleteBeta(double a, double b, double x) {
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * BetaFraction(a, b, x) / a;
  return 1 - front * BetaFraction(b, a, 1 - x) / b;
}

double TailAbove(double t, double degrees) {
  if (t <= 0) return 0.5;
  return 0.5 * IncompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

}  // namespace

double StudentTQuantile(double tail, double degrees) {
  double low = 0, high = 1;
  while (TailAbove(high, degrees) > tail) high *= 2;
  while (high - low > 1e-9 * high) {
    const double middle = (low + high) / 2;
    (TailAbove(middle, degrees) > tail ? low : high) = middle;
  }
  return high;
}

}  // namespace rad
