// student_validation.h: what is wrong with one student of a defaulted spec, as far as that can be said
// without its teacher. Pure.
#pragma once

#include <string>

#include "coordinator/spec_violations.h"
#include "rad/v1/job.pb.h"

namespace rad {

// `field`: the student's path in the spec, "spec.controls[1]".
void CheckStudent(const v1::Student& student, const std::string& field, Violations& found);

}  // namespace rad
