// sweep_points.h: which points a sweep has. Pure; equal specs give equal points.
#pragma once

#include <cstdint>
#include <vector>

#include "rad/v1/sweep.pb.h"

namespace rad {

// How many ExpandPoints gives, without making them.
std::uint64_t CountPoints(const v1::SweepSpec& spec);

// The points of a defaulted, valid sweep, numbered from 1, with nothing run: a grid's last axis varies
// fastest, a list is as written, a random draw depends on the seed alone.
std::vector<v1::SweepPoint> ExpandPoints(const v1::SweepSpec& spec);

}  // namespace rad
