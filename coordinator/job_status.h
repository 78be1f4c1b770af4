// job_status.h: a job as users see it: its record together with what its tasks report now. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/rank_stage.h"
#include "coordinator/scheduler.h"
#include "rad/v1/record.pb.h"
#include "rad/v1/service.pb.h"

namespace rad {

struct RankLive {
  std::string worker;
  double step_seconds = 0;  // that it computes on a step; 0: not known
};

struct StageLive {
  std::vector<v1::Progress> progress;  // of its running tasks
  std::vector<std::string> workers;
  std::vector<RankLive> ranks;  // of its task on several workers
};

struct JobLive {
  Waiting waiting;
  std::map<std::string, StageLive> stages;
  RankProgress rank;  // total 0: unknown
};

v1::JobStatus MakeStatus(const v1::JobRecord& record, const JobLive& live);

// Several tasks as one: amounts and rates add, the slowest ETA counts.
v1::Progress SumProgress(const std::vector<v1::Progress>& parts);

}  // namespace rad
