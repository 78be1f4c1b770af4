// student_t.h: quantiles of Student's t distribution. Pure.
#pragma once

namespace rad {

// The t that a t-distributed variable with `degrees` >= 1 of freedom exceeds with probability `tail`, which
// is in (0, 0.5]. Found to 1e-9, relative, by bisection on the incomplete beta function.
double StudentTQuantile(double tail, double degrees);

}  // namespace rad
