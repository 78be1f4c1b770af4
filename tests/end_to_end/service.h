// A coordinator and workers on one machine, each to be killed, stopped and started again.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/end_to_end/process.h"

namespace rad {

struct ServiceOptions {
  int lease_seconds = 3;
  std::string host = "127.0.0.1";  // that the coordinator listens on
  // "NAME=value", beside this program's own, in every life.
  std::vector<std::string> coordinator_environment, worker_environment;
  // The address by which this worker reaches the coordinator on `port`; unset: the coordinator's own.
  std::function<std::string(const std::string& worker, int port)> route;
  // Calls `start` where workers are to run, as in another network; unset: here.
  std::function<void(const std::function<void()>& start)> among_workers;
};

class Service {
 public:
  // Workers are called w0, w1, ...
  explicit Service(const std::filesystem::path& folder, int workers = 1, ServiceOptions options = {});
  ~Service();

  std::string address() const;
  void AddWorker();
  void RestartCoordinator();  // after SIGKILL, on the same port and data
  void RestartWorker();       // the last one, after SIGKILL
  void KillWorker();          // the last one, for good
  void KillExecutor();        // of the task that the last worker runs now
  void HaltExecutor();        // the same by SIGSTOP: it stays, and stands still
  void Revive();              // starts again what has died by itself

  pid_t coordinator() const { return coordinator_->pid(); }
  pid_t agent(const std::string& worker) const;
  // With what it runs, as its machine would stand still.
  void Pause(const std::string& worker);
  void Resume(const std::string& worker);

  // Of the coordinator's /metrics, without labels.
  double Metric(const std::string& name) const;
  void AwaitMetric(const std::string& name, double at_least) const;
  // Waits until the worker has said `words` so often, in all its lives.
  void AwaitWords(const std::string& worker, const std::string& words, int times = 1) const;
  int CountWords(const std::string& worker, const std::string& words) const;

 private:
  void StartCoordinator(int port);
  std::unique_ptr<Process> StartWorker(std::size_t number);
  std::filesystem::path LogOf(const std::string& worker) const { return folder_ / (worker + ".log"); }

  const std::filesystem::path folder_;
  const ServiceOptions options_;
  int port_ = 0, metrics_port_ = 0;
  std::unique_ptr<Process> coordinator_;
  std::vector<std::unique_ptr<Process>> workers_;
};

}  // namespace rad
