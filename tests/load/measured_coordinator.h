// measured_coordinator.h: a rad-coordinator, with the lease it has by default, and what the kernel and its
// own /metrics say of it. Ends the program, with a message, when it cannot be started.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "tests/end_to_end/process.h"

namespace rad {

// A Prometheus histogram: how many observations were at most so large.
struct Histogram {
  std::map<double, double> at_most;  // +Inf included
  double sum = 0;

  double count() const { return at_most.empty() ? 0 : at_most.rbegin()->second; }
  double mean() const { return count() == 0 ? 0 : sum / count(); }
  // As histogram_quantile() of Prometheus: linear within a bucket.
  double Quantile(double q) const;
};
Histogram operator-(const Histogram& later, const Histogram& earlier);

class MeasuredCoordinator {
 public:
  explicit MeasuredCoordinator(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void Start();  // returns once it listens; on the same port and data after a Kill
  void Kill() { process_->Kill(); }

  std::string address() const;
  double CpuSeconds() const;
  double PeakMemoryBytes() const;
  // The sample of this name and labels; 0 when there is none.
  double Metric(const std::string& sample) const;
  Histogram MetricHistogram(const std::string& name) const;

 private:
  const std::filesystem::path folder_;
  int port_ = 0, metrics_port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace rad
