#include "worker/agent/run_agent.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/agent/agent.h"

namespace rad {
namespace {

// Whole or not there: whoever waits for the file must not read half of it.
absl::Status WritePortFile(const std::filesystem::path& path, int metrics_port) {
  const std::filesystem::path partial = path.string() + ".partial";
  std::ofstream out(partial);
  out << "{\"metrics\": " << metrics_port << "}\n";
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(partial, path, error);
  if (out && !error) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--port-file: cannot write ", path.string()));
}

absl::Status Serve(const AgentOptions& options) {
  auto folder = DataFolder::Open(options.data_folder);
  if (!folder.ok()) return folder.status();
  auto metrics = AgentMetrics::Serve(options.metrics);
  if (!metrics.ok()) return metrics.status();
  if (!options.port_file.empty()) {
    const absl::Status written = WritePortFile(options.port_file, (*metrics)->port());
    if (!written.ok()) return written;
  }
  return Agent(options, *std::move(folder), *std::move(metrics)).Run();
}

}  // namespace

int RunAgent(int argc, char** argv) {
  AgentOptions options;
  int exit_code = 0;
  if (!ParseAgentOptions(argc, argv, options, exit_code)) return exit_code;
  BlockAgentSignals();
  const absl::Status status = Serve(options);
  if (status.ok()) return 0;
  std::cerr << "rad-worker: " << status.message() << "\n";
  return 1;
}

}  // namespace rad
