#include "tests/load/measured_coordinator.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/harness/scrape.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLongestStart{60};

// A number after `label` at the start of a line of a text.
double NumberAfter(const std::string& text, const std::string& label) {
  const std::string lines = "\n" + text;
  const std::size_t found = lines.find("\n" + label);
  return found == std::string::npos ? 0 : std::strtod(lines.c_str() + found + 1 + label.size(), nullptr);
}

std::string ReadFile(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

double Histogram::Quantile(double q) const {
  const double rank = q * count();
  double lower = 0, below = 0;
  for (const auto& [bound, cumulative] : at_most) {
    if (cumulative >= rank && cumulative > below) {
      if (bound == std::numeric_limits<double>::infinity()) return lower;
      return lower + (bound - lower) * (rank - below) / (cumulative - below);
    }
    lower = bound;
    below = cumulative;
  }
  return lower;
}

Histogram operator-(const Histogram& later, const Histogram& earlier) {
  Histogram difference = later;
  difference.sum -= earlier.sum;
  for (const auto& [bound, count] : earlier.at_most) difference.at_most[bound] -= count;
  return difference;
}

void MeasuredCoordinator::Start() {
  const fs::path ports = folder_ / "ports";
  fs::create_directories(folder_);
  fs::remove(ports);
  process_ = std::make_unique<Process>(
      "rad-coordinator",
      std::vector<std::string>{"--listen", address(), "--metrics", "127.0.0.1:0", "--data-dir",
                               folder_ / "data", "--port-file", ports},
      folder_ / "coordinator.log");
  const auto end = std::chrono::steady_clock::now() + kLongestStart;
  while (!fs::exists(ports)) {  // no event tells of another process' file
    if (process_->Ended() || std::chrono::steady_clock::now() > end) {
      std::cerr << "rad-coordinator does not start: see " << folder_ / "coordinator.log"
                << "\n";
      std::exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const auto found = nlohmann::json::parse(std::ifstream(ports));
  port_ = found.at("grpc");
  metrics_port_ = found.at("metrics");
}

std::string MeasuredCoordinator::address() const { return "127.0.0.1:" + std::to_string(port_); }

double MeasuredCoordinator::CpuSeconds() const {
  const std::string stat = ReadFile("/proc/" + std::to_string(process_->pid()) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));  // a name may hold blanks
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;  // proc(5): utime is field 14, counted from 1
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double MeasuredCoordinator::PeakMemoryBytes() const {
  return 1024 * NumberAfter(ReadFile("/proc/" + std::to_string(process_->pid()) + "/status"), "VmHWM:");
}

double MeasuredCoordinator::Metric(const std::string& sample) const {
  return MetricIn(Scrape(metrics_port_), sample);
}

Histogram MeasuredCoordinator::MetricHistogram(const std::string& name) const {
  std::istringstream lines(Scrape(metrics_port_));
  Histogram histogram;
  const std::string bucket = name + "_bucket{le=\"";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + "_sum ")) histogram.sum = std::stod(line.substr(name.size() + 5));
    if (!line.starts_with(bucket)) continue;
    const double bound = std::strtod(line.c_str() + bucket.size(), nullptr);  // "+Inf" too
    histogram.at_most[bound] = std::stod(line.substr(line.rfind(' ')));
  }
  return histogram;
}

}  // namespace rad
