// coordinator_load: what a coordinator costs under many jobs and workers. The real rad-coordinator and all
// simulated workers, each with a connection of its own, share this machine's cores. JSON lines of the largest
// load on stdout, a table of all on stderr.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "tests/load/load_run.h"
#include "tests/load/simulated_fleet.h"

namespace {

namespace fs = std::filesystem;

struct Flags {
  std::string sizes = "1000/100,3000/300,10000/1000";
  std::string folder;
  std::string fleet_of;
  int workers = 1;
  double task_seconds = 20;
};

void Define(CLI::App& app, Flags& flags) {
  app.add_option("--sizes", flags.sizes, "JOBS/WORKERS,...: queued jobs and workers of each load")
      ->capture_default_str();
  app.add_option("--folder", flags.folder,
                 "Where the coordinators keep their data (default: a temporary one)");
  app.add_option("--fleet", flags.fleet_of, "Be the workers of the coordinator at HOST:PORT instead");
  app.add_option("--workers", flags.workers, "With --fleet: how many");
  app.add_option("--task-seconds", flags.task_seconds, "With --fleet: how long tasks take from SIGUSR1 on");
}

std::vector<rad::LoadSize> ParseSizes(const std::string& text) {
  std::vector<rad::LoadSize> sizes;
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, ',');) {
    rad::LoadSize size;
    if (std::sscanf(item.c_str(), "%d/%d", &size.queued_jobs, &size.workers) != 2 || size.queued_jobs < 1 ||
        size.workers < 1) {
      throw CLI::ValidationError("--sizes", "\"" + item + "\" is not JOBS/WORKERS");
    }
    sizes.push_back(size);
  }
  return sizes;
}

void PrintTableHead() {
  std::fprintf(stderr,
               "\n  JOBS  WORKERS  SUBMIT p99 ms  FILL p99 ms  PASS mean, p99 ms  PASSES/s  HEARTBEAT CORES  "
               "BUSY CORES  RESTART s  ALL WORKERS s  MEMORY MB\n");
}

void PrintTableRow(const rad::LoadSize& size, const rad::LoadFigures& figures) {
  std::fprintf(
      stderr, "%6d  %7d  %13.1f  %11.1f  %8.2f, %7.2f  %8.1f  %15.3f  %10.3f  %9.2f  %13.2f  %9.0f\n",
      size.queued_jobs, size.workers, figures.submit_p99_ms, figures.fill_p99_ms, figures.pass_mean_ms,
      figures.pass_p99_ms, figures.passes_per_second, figures.heartbeat_core_share, figures.busy_core_share,
      figures.restart_to_serving_s, figures.restart_to_all_workers_s, figures.memory_mb);
}

void PrintLines(const rad::LoadFigures& figures) {
  const auto emit = [](const char* name, double value, const char* unit) {
    std::cout << nlohmann::ordered_json{{"name", name}, {"value", value}, {"unit", unit}} << "\n";
  };
  emit("submit_p99_ms", figures.submit_p99_ms, "ms");
  emit("scheduling_pass_ms", figures.pass_p99_ms, "ms");
  emit("restart_to_serving_s", figures.restart_to_serving_s, "s");
  emit("memory_mb", figures.memory_mb, "MB");
  emit("heartbeat_core_share", figures.heartbeat_core_share, "cores");
}

fs::path MakeFolder(const Flags& flags) {
  if (!flags.folder.empty()) return flags.folder;
  return fs::temp_directory_path() / ("rad-load-" + std::to_string(getpid()));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("coordinator_load: a coordinator under many jobs and simulated workers");
  Flags flags;
  Define(app, flags);
  std::vector<rad::LoadSize> sizes;
  try {
    app.parse(argc, argv);
    sizes = ParseSizes(flags.sizes);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (!flags.fleet_of.empty()) {
    rad::RunFleet(flags.fleet_of, flags.workers, flags.task_seconds);
    return 0;
  }
  const fs::path folder = MakeFolder(flags);
  std::vector<rad::LoadFigures> figures;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    figures.push_back(rad::MeasureLoad(sizes[i], folder / std::to_string(i)));
  PrintTableHead();
  for (std::size_t i = 0; i < sizes.size(); ++i) PrintTableRow(sizes[i], figures[i]);
  PrintLines(figures.back());
  if (flags.folder.empty()) fs::remove_all(folder);
}
