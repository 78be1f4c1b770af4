// probe_costs.h: what ablating a head costs over one or several probes. Pure.
#pragma once

#include <vector>

#include "coordinator/score_table.h"
#include "rad/v1/job.pb.h"

namespace rad {

// By probe, in the job's order; not empty.
using ScoreTables = std::vector<const ScoreTable*>;

struct ProbeCosts {
  // MEAN: of the mean over the probes of their i-th examples' drops, i by i, so that it is as true as a
  // single probe's whether or not the probes' drops go together. WORST: each measure of the probe on which
  // its drop is the largest. Of a single probe, its own.
  HeadCost combined;
  std::vector<HeadCost> by_probe;
};

// The cells of the head and of the base on [0, examples) must be known on every probe.
ProbeCosts CostsOf(const ScoreTables& tables, HeadRef head, std::uint32_t examples,
                   v1::Ranking::Combine combine);

}  // namespace rad
