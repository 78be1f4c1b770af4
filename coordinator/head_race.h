// head_race.h: which heads to run on how many examples next, and the ranking once enough is known.
//
// Exhaustive: every head on every example. Race: all heads run on the same few examples; the k best so far,
// and half as many after them, run ahead on eight times as many, which settles cheaply how good one must be;
// a head whose upper bound is then below the k-th best lower bound leaves; the others get more examples, look
// by look, until k are left or the examples are spent. (LUCB of Kalyanakrishnan et al., 2012, in batches: the
// leaders' lower bounds against the challengers' upper ones.) With probability 1 - delta the heads that are
// left hold the k best; race_bounds.h has the bounds. Of a race that spends all examples, the heads that
// could be on either side of rank k are named.
//
// On several probes a block is run on each of them, on the same numbers of examples, and what counts is a
// head's mean drop over them or its largest (probe_costs.h); the bounds are on that.
//
// On the drops of SmolLM2's 270 heads, 400 examples and k = 5, this costs about a tenth of exhaustive.
//
// Pure: equal tables give equal decisions, and cells beyond those a round needs change nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/probe_costs.h"
#include "rad/v1/job.pb.h"

namespace rad {

struct RaceOptions {
  std::uint32_t layers = 0;
  std::uint32_t heads_per_layer = 0;
  std::uint32_t examples = 0;  // at least 2
  v1::Ranking::Method method = v1::Ranking::RACE;
  v1::Ranking::Measure by = v1::Ranking::LOGPROB;
  v1::Ranking::Combine combine = v1::Ranking::MEAN;  // of the drops on several probes
  double delta = 0.05;
  std::uint32_t top = 0;  // k: the heads that are to be told from the others; 0: one look suffices
};

struct RankedHead {
  HeadRef head;
  HeadCost cost;         // over the probes, combined
  double drop = 0;       // of it the measure ranked by
  double deviation = 0;  // of a single drop from it
  double low = 0;        // bounds on it that hold for all heads and looks at once
  double high = 0;
  bool undecided = false;  // could be on either side of rank k
  std::vector<HeadCost> by_probe{};
};

struct RaceDecision {
  bool done = false;
  std::vector<ScoreBlock> blocks;   // not done: some cells of these are unknown on some probe
  std::uint64_t evaluations = 0;    // (head, example) pairs, over all probes, up to and with this round
  std::vector<RankedHead> ranking;  // done: every head, best first
  std::string reason;               // always set
};

// The base cells of [0, options.examples) must be known on every probe.
RaceDecision NextRound(const ScoreTables& tables, const RaceOptions& options);

}  // namespace rad
