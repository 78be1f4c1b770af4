#include "worker/agent/options.h"

#include <CLI/CLI.hpp>

#include "worker/agent/machine.h"

namespace rad {

bool ParseAgentOptions(int argc, char** argv, AgentOptions& options, int& exit_code) {
  options.name = HostName();
  options.threads = AllThreads();
  options.executor = ProgramFolder() / "rad-executor";
  CLI::App app("Runs tasks for a rad-coordinator on this machine.", "rad-worker agent");
  app.add_option("--coordinator", options.coordinator, "HOST:PORT of the coordinator")
      ->envname("RAD_ADDR")
      ->capture_default_str();
  app.add_option("--name", options.name, "how people know this worker")->capture_default_str();
  app.add_option("--data-dir", options.data_folder,
                 "folder for running attempts and fetched artifacts; one per worker")
      ->capture_default_str();
  app.add_option("--metrics", options.metrics,
                 "HOST:PORT to serve Prometheus metrics on; port 0: any free one")
      ->capture_default_str();
  app.add_option("--port-file", options.port_file, "write the ports in use to this file, as JSON");
  app.add_option("--threads", options.threads, "threads of an executor")
      ->check(CLI::Range(1u, 4096u))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return false;
  }
  return true;
}

std::filesystem::path ProgramFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace rad
