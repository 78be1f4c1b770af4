// sweep_status.h: a sweep as users see it: its record, its ledger, and what they add up to. Pure.
#pragma once

#include <vector>

#include "rad/v1/record.pb.h"

namespace rad {

// `metric` chooses the best point; METRIC_UNSPECIFIED: the early stop's, else coverage.
v1::SweepStatus MakeSweepStatus(const v1::SweepRecord& sweep, const std::vector<v1::SweepPoint>& points,
                                v1::Metric metric);

// Numbers of the points that ran to their end and that no other beats or equals in both coverage and bytes,
// by bytes.
std::vector<std::uint32_t> ParetoFront(const std::vector<v1::SweepPoint>& points);

// A point's own alignments are those of its last job that succeeded.
v1::AlignWork MeasureAlignWork(const std::vector<v1::SweepPoint>& points);

}  // namespace rad
