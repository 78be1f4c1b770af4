// planner.h: moves a job as far as it can go without a worker: finds stages whose dependencies are done,
// takes results that are known, cuts the rest into tasks, and ends the job when all is done or cannot be.
// Pure: no clock, no randomness, and nothing is read but the job and `Knowledge`; equal inputs give equal
// plans.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/probe_costs.h"
#include "rad/v1/record.pb.h"

namespace rad {

// What earlier jobs found.
class Knowledge {
 public:
  virtual ~Knowledge() = default;
  // Stays where it is until the next failure to read.
  virtual const ScoreTable& Scores(const std::string& score_key) = 0;
  // Only results whose artifact still exists.
  virtual std::optional<v1::StoredResult> Result(const std::string& digest) = 0;
};

// Of each of the job's probes, once its teacher is inspected.
ScoreTables TablesOf(const v1::JobRecord& job, Knowledge& knowledge);

struct PlanInput {
  Knowledge& knowledge;
  std::uint32_t workers = 1;  // alive now: a round of the race is cut for as many
  std::int64_t now_unix_millis = 0;
};

// What happened, for the events and the log.
struct PlanNote {
  std::string stage;  // empty: the job as a whole
  std::string message;
};

struct PlanOutcome {
  std::vector<PlanNote> notes;
  std::vector<std::pair<std::string, v1::StoredResult>> results;  // by digest, new ones to store
};

// Changes `job` only.
PlanOutcome AdvanceJob(v1::JobRecord& job, const PlanInput& input);

// Takes a task that finished out of its stage and its result into the job; AdvanceJob then goes on. The
// result must have passed CheckResult (stage_result.h); head scores must be in the score table already.
PlanOutcome FinishTask(v1::JobRecord& job, const std::string& task_id, const v1::TaskResult& result,
                       const PlanInput& input);

// Ends the job, its unfinished stages and tasks.
void EndJob(v1::JobRecord& job, v1::State state, const std::string& reason, std::int64_t now_unix_millis);

}  // namespace rad
