// sweep_ledger.h: how a row of a sweep's ledger changes. Pure; each change is written in one batch with the
// change of the job that it tells of.
#pragma once

#include <cstdint>
#include <string>

#include "rad/v1/record.pb.h"

namespace rad {

bool HasRunningTrial(const v1::SweepPoint& point);
// Rungs that the point has finished: the one it would start next.
std::uint32_t FinishedRungs(const v1::SweepPoint& point);

void StartTrial(v1::SweepPoint& point, const std::string& job_id, std::uint32_t rung);

// The point's running trial has ended with `job`. After a rung that is not the last the point goes on
// waiting.
void EndTrial(v1::SweepPoint& point, const v1::JobRecord& job, std::uint32_t last_rung);

// A point without a running trial ends.
void EndPoint(v1::SweepPoint& point, v1::State state, const std::string& reason);

// A failed point waits to be started again; what it found on earlier rungs stays.
void RetryPoint(v1::SweepPoint& point);

}  // namespace rad
