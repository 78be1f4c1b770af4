#include "worker/agent/options.h"

#include <CLI/CLI.hpp>

#include "worker/agent/machine.h"

namespace rad {
namespace {

std::string IsLabel(const std::string& text) {
  const std::size_t equals = text.find('=');
  const bool whole = equals != std::string::npos && equals > 0 && equals + 1 < text.size();
  return whole ? "" : "give KEY=VALUE, not '" + text + "'";
}

}  // namespace

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
  std::vector<std::string> labels;
  app.add_option("--label", labels, "what jobs may ask for by spec.resources.worker_labels; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check(IsLabel);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return false;
  }
  for (const std::string& label : labels) {
    const std::size_t equals = label.find('=');
    options.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return true;
}

std::filesystem::path ProgramFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace rad
