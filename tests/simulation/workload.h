// workload.h: small jobs, sweeps and queues as the dice give them. Defaulted and valid.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/service.pb.h"
#include "rad/v1/sweep.pb.h"
#include "tests/simulation/dice.h"

namespace rad {

// Beside the default queue; the quotas of all add up to at most `workers`.
std::vector<v1::Queue> DrawQueues(Dice& dice, int workers);

// Runs on `workers` workers: no gang needs more than all of them, nor than its queue may ever have.
v1::Job DrawJob(Dice& dice, const std::string& name, int workers, const std::vector<v1::Queue>& queues);

v1::Sweep DrawSweep(Dice& dice, const std::string& name);

}  // namespace rad
