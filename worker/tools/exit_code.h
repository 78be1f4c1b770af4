// exit_code.h: how a tool ends when something failed.
#pragma once

#include "absl/status/status.h"

namespace rad {

// Prints the message on stderr. 2: invalid input, 3: not found, 1: anything else.
int Fail(const absl::Status& status);

}  // namespace rad
