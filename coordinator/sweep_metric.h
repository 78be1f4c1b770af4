// sweep_metric.h: what points are compared by. Pure.
#pragma once

#include <string>

#include "rad/v1/sweep.pb.h"

namespace rad {

v1::EarlyStop::Goal GoalOf(v1::Metric metric);  // whether less or more of it is better
bool NeedsText(v1::Metric metric);              // measured on held-out text

double ValueOf(const v1::SweepResult& result, v1::Metric metric);

// Whether `a` is better than `b`; equal ones are told apart by bytes. A value that was not measured is the
// worst.
bool IsBetter(const v1::SweepResult& a, const v1::SweepResult& b, v1::Metric metric);

std::string MetricWord(v1::Metric metric);  // "kv_accuracy"

}  // namespace rad
