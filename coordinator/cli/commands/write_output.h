// write_output.h: what a command made, to a file or to standard output.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "coordinator/cli/console.h"

namespace rad::cli {

// An empty `file`: standard output.
absl::Status WriteOutput(const Console& console, const std::string& file, const std::string& bytes);

}  // namespace rad::cli
