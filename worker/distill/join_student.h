// join_student.h: aligned SSM heads and a teacher's attention heads as one student, before it is trained as a
// whole.
#pragma once

#include <span>

#include "worker/distill/training_tensors.h"
#include "worker/model/hybrid.h"
#include "worker/model/student_config.h"

namespace rad {

// heads: one mixer per layer with an SSM head for every head. `identity` must have passed CheckIdentity. The
// calibration batch is read for join adapter only, whose linear is fitted on it (start_adapter.h).
HybridStudent JoinStudent(const Transformer& teacher, const StudentIdentity& identity,
                          std::span<const Mamba2Weights> heads, const BatchTensors& calibration);

}  // namespace rad
