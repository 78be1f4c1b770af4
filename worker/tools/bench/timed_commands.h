// timed_commands.h: other programs, timed from the start of the first to the end of the last.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace rad {

struct TimedCommand {
  std::vector<std::string> argv;  // argv[0] with its path
  std::filesystem::path output;   // where its standard output goes
  int threads = 0;                // OMP_NUM_THREADS; 0: as this process has it
};

// Starts all at once and waits for all. INTERNAL names the first that did not exit with 0.
absl::StatusOr<double> RunSeconds(const std::vector<TimedCommand>& commands);

// The folder of the running program.
std::filesystem::path ProgramsFolder();

}  // namespace rad
