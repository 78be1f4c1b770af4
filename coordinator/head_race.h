// head_race.h: which heads to run on how many examples next, and the ranking once enough is known.
//
// Exhaustive: every head on every example. Halving (after Karnin, Koren and Somekh, "Almost optimal
// exploration in multi-armed bandits", 2013): every head on a few examples, the best of them on more, the
// best of those on all. Elimination goes by the mean drop of the answer's log-probability, which tells heads
// apart on a few examples where the share of right answers knows only a few values. The ranking goes by how
// far a head came, then by the drop in accuracy, then by the drop in log-probability, then by position. All
// 270 heads of SmolLM2 on 32 examples cost 2,732 evaluations instead of 8,640.
//
// Pure: equal tables give equal decisions, and cells beyond those a rung needs change nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/score_table.h"
#include "rad/v1/job.pb.h"

namespace rad {

struct RaceOptions {
  std::uint32_t layers = 0;
  std::uint32_t heads_per_layer = 0;
  std::uint32_t examples = 0;
  v1::Ranking::Method method = v1::Ranking::HALVING;
  std::uint32_t leaders = 0;  // heads whose order matters most: the largest head budget
};

// A step of the race: `heads` heads are still in it, each on examples [0, examples).
struct Rung {
  std::uint32_t heads = 0;
  std::uint32_t examples = 0;
  bool operator==(const Rung&) const = default;
};

std::vector<Rung> Rungs(const RaceOptions& options);

// (head, example) evaluations of the whole race.
std::uint64_t RaceEvaluations(const std::vector<Rung>& rungs);

struct RankedHead {
  HeadRef head;
  HeadCost cost;
};

struct RaceDecision {
  bool done = false;
  std::vector<HeadRef> heads;       // not done: some of these lack cells ...
  std::uint32_t examples = 0;       // ... among [0, examples)
  std::vector<RankedHead> ranking;  // done: every head, best first
  std::string reason;               // always set
};

// The base cells of [0, options.examples) must be known.
RaceDecision NextRound(const ScoreTable& table, const RaceOptions& options);

}  // namespace rad
