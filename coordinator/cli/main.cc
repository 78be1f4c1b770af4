#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "coordinator/cli/radctl.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // `radctl ... | head` ends by a failed write
  auto console = rad::cli::ProcessConsole();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return rad::cli::RunRadctl(arguments, console, [](const char* name) { return std::getenv(name); });
}
