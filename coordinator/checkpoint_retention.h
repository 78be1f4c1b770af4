// checkpoint_retention.h: which of a task's checkpoints may go once a newer one is there.
// Pure: no clock, no I/O.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/artifact.pb.h"
#include "rad/v1/job.pb.h"

namespace rad {

// By step; of equal ones, which only repeated saves are, by id.
bool IsOlderCheckpoint(const v1::Manifest& a, const v1::Manifest& b);

// The ids of those of `checkpoints` (of one task, in any order) that `rules` do not keep, oldest first. Kept
// are the newest keep_latest, at least one, and with keep_best the one with the least loss: of equal ones the
// newest. Checkpoints without a loss are never the best.
std::vector<std::string> SupersededCheckpoints(std::vector<v1::Manifest> checkpoints,
                                               const v1::Checkpoint& rules);

}  // namespace rad
