// radctl.h: the program, but for main(): tests call it too.
#pragma once

#include <string>
#include <vector>

#include "coordinator/cli/console.h"
#include "coordinator/cli/rpc/address.h"

namespace rad::cli {

// `arguments` without the program's name. Returns the exit status (exit_codes.h).
int RunRadctl(const std::vector<std::string>& arguments, Console& console, const Environment& environment);

}  // namespace rad::cli
