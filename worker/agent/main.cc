// rad-worker: the agent, and the door to rad-executor's tools.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include "proto/protocol_version.h"
#include "worker/agent/options.h"
#include "worker/agent/run_agent.h"

namespace {

// Only returns when the executor cannot be run.
int BecomeExecutor(char** argv) {
  const std::string executor = rad::ProgramFolder() / "rad-executor";
  execv(executor.c_str(), argv);
  std::cerr << "rad-worker: cannot run " << executor << ": " << std::generic_category().message(errno)
            << "; it is built with RAD_COMPUTE=ON and must lie beside rad-worker\n";
  return 1;
}

int PrintVersion() {
  std::cout << "rad-worker " << rad::kVersion << ", protocol " << rad::kProtocolVersion << "\n";
  return 0;
}

int PrintHelp() {
  std::cout
      << "usage: rad-worker [agent] [--coordinator HOST:PORT ...]   run tasks (rad-worker agent --help)\n"
         "       rad-worker TOOL ...                               inspect, tokenize, forward, score-heads,\n"
         "                                                         generate, selftest, bench (rad-worker "
         "TOOL "
         "--help)\n"
         "       rad-worker version\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc >= 2 ? argv[1] : "agent";
  if (command == "version" || command == "--version") return PrintVersion();
  if (command == "help" || command == "--help" || command == "-h") return PrintHelp();
  if (command == "agent") return rad::RunAgent(argc - (argc >= 2), argv + (argc >= 2));
  if (command.starts_with("-")) return rad::RunAgent(argc, argv);
  return BecomeExecutor(argv);
}
