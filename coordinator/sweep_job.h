// sweep_job.h: the job of a sweep's point. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "rad/v1/sweep.pb.h"

namespace rad {

// Counted from 0; 0 without early stopping.
std::uint32_t LastRung(const v1::SweepSpec& spec);

// The template with the point's fields set over it, defaulted, named "<sweep>-<point>" and labelled
// sweep=<sweep_id>; below the last rung with less of distill.tokens. INVALID_ARGUMENT names the point and the
// field whose value does not fit.
absl::StatusOr<v1::Job> JobOfPoint(const v1::Sweep& sweep, const std::string& sweep_id,
                                   const v1::SweepPoint& point, std::uint32_t rung);

}  // namespace rad
