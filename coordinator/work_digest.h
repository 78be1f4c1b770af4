// work_digest.h: the name of all that determines a task's result. A digest that is known is not computed
// again.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/plan.pb.h"
#include "rad/v1/result.pb.h"

namespace rad {

// Hex SHA-256 over the work (without the teacher's path: its digest says more), the inputs' artifacts and the
// version of the code that does this kind of work.
std::string WorkDigest(const v1::Work& work, const std::vector<v1::Input>& inputs);

// What determines the scores of a teacher's heads on a probe: example i is the same whatever number of
// examples is asked for.
v1::ScoreOrigin ScoreOriginOf(const std::string& teacher_digest, const v1::Probe& probe,
                              v1::Precision precision);

// Of the scores that this work, a ScoreHeads, finds.
v1::ScoreOrigin ScoreOriginOf(const v1::Work& work);

// Names the scores of that origin.
std::string ScoreKey(const v1::ScoreOrigin& origin);

}  // namespace rad
