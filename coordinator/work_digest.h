// work_digest.h: the name of all that determines a task's result. A digest that is known is not computed
// again.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/plan.pb.h"

namespace rad {

// Hex SHA-256 over the work (without the teacher's path: its digest says more), the inputs' artifacts and the
// version of the code that does this kind of work.
std::string WorkDigest(const v1::Work& work, const std::vector<v1::Input>& inputs);

// Names the score cells of a teacher on a probe: example i is the same whatever number of examples is asked
// for.
std::string ScoreKey(const std::string& teacher_digest, const v1::Probe& probe);

}  // namespace rad
