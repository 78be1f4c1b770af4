// rank_stage.h: the ranking as a stage: first the teacher's own accuracy on each probe, then the race of the
// heads. Pure.
#pragma once

#include <string>
#include <vector>

#include "coordinator/head_race.h"
#include "coordinator/stage_work.h"

namespace rad {

// Of a job whose teacher is inspected.
RaceOptions RaceOptionsOf(const v1::JobRecord& job);

struct RankDecision {
  std::vector<PlannedTask> tasks;   // to run next; empty: done or refused
  bool refused = false;             // the teacher itself fails a probe
  std::vector<RankedHead> ranking;  // once done
  std::uint64_t evaluations = 0;    // that it rests on
  std::string reason;               // always set
};

RankDecision DecideRank(const v1::JobRecord& job, const ScoreTables& tables, std::uint32_t workers);

// How many (head, example) evaluations the race needs up to and with its present round, and how many of them
// are known. All 0 before the teacher itself is known.
struct RankProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
RankProgress MeasureRank(const v1::JobRecord& job, const ScoreTables& tables);

}  // namespace rad
