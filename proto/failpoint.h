// failpoint.h: named places where a test ends the process as a power cut would. They are compiled into the
// product, so that what is killed is what runs; unset, a place costs one test of a bool.
//
// RAD_FAILPOINT=NAME:COUNT:FILE has the COUNT-th passage of the place NAME kill the process by SIGKILL, once:
// FILE is made right before, and while it exists nothing is killed, neither in this process nor in those that
// inherit the variable.
#pragma once

namespace rad {

void Failpoint(const char* name);

}  // namespace rad
