// ranked.h: the ranking as users see it. Pure.
#pragma once

#include "coordinator/probe_costs.h"
#include "rad/v1/record.pb.h"
#include "rad/v1/service.pb.h"

namespace rad {

// Of a job whose ranking is complete.
v1::Ranked MakeRanked(const v1::JobRecord& job, const ScoreTables& tables);

}  // namespace rad
