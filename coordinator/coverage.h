// coverage.h: how much of its teacher's retrieval a student has. Pure.
#pragma once

#include "rad/v1/result.pb.h"

namespace rad {

// Mean over the retrieval tasks (all but LAST_WORD) of the student's accuracy over the teacher's;
// KV_RETRIEVAL at several numbers of pairs is one task, the mean of its ratios. Left out: questions of which
// the teacher answers none. NaN when none are left.
double Coverage(const v1::Evaluation& student, const v1::Evaluation& teacher);

}  // namespace rad
