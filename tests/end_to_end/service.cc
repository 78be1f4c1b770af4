#include "tests/end_to_end/service.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/harness/scrape.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

// Nothing tells of another process' file. Whether it held within half a minute.
bool Await(const std::function<bool()>& holds) {
  for (int tries = 0; tries < 3000 && !holds(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return holds();
}

std::string NameOf(std::size_t number) { return "w" + std::to_string(number); }

std::string Content(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

Service::Service(const fs::path& folder, int workers, ServiceOptions options)
    : folder_(folder), options_(std::move(options)) {
  fs::create_directories(folder_);
  StartCoordinator(0);
  for (int i = 0; i < workers; ++i) AddWorker();
}

Service::~Service() {
  if (!testing::Test::HasFailure()) return;
  std::cerr << Content(folder_ / "coordinator.log");
  for (std::size_t i = 0; i < workers_.size(); ++i) std::cerr << Content(LogOf(NameOf(i)));
}

std::string Service::address() const { return options_.host + ":" + std::to_string(port_); }

void Service::StartCoordinator(int port) {
  const fs::path port_file = folder_ / "ports";
  fs::remove(port_file);
  coordinator_ = std::make_unique<Process>(
      "rad-coordinator",
      std::vector<std::string>{"--listen", options_.host + ":" + std::to_string(port), "--metrics",
                               "127.0.0.1:0", "--data-dir", folder_ / "coordinator", "--port-file", port_file,
                               "--lease-seconds", std::to_string(options_.lease_seconds)},
      folder_ / "coordinator.log", options_.coordinator_environment);
  Await([&] { return fs::exists(port_file) || coordinator_->Ended(); });
  const auto ports = nlohmann::json::parse(std::ifstream(port_file), nullptr, /*allow_exceptions=*/false);
  ASSERT_TRUE(ports.is_object()) << "the coordinator did not start";
  port_ = ports.value("grpc", 0);
  metrics_port_ = ports.value("metrics", 0);
}

std::unique_ptr<Process> Service::StartWorker(std::size_t number) {
  const std::string name = NameOf(number);
  const std::string route = options_.route ? options_.route(name, port_) : address();
  std::unique_ptr<Process> worker;
  const auto start = [&] {
    worker = std::make_unique<Process>(
        "rad-worker",
        std::vector<std::string>{"--coordinator", route, "--name", name, "--data-dir", folder_ / name,
                                 "--metrics", "127.0.0.1:0", "--threads", "1"},
        LogOf(name), options_.worker_environment);
  };
  if (options_.among_workers) {
    options_.among_workers(start);
  } else {
    start();
  }
  return worker;
}

void Service::AddWorker() { workers_.push_back(StartWorker(workers_.size())); }

void Service::RestartCoordinator() {
  coordinator_->Kill();
  StartCoordinator(port_);
}

void Service::RestartWorker() {
  workers_.back()->Kill();
  workers_.back() = StartWorker(workers_.size() - 1);
}

void Service::Revive() {
  if (coordinator_->Ended()) RestartCoordinator();
  if (workers_.back()->Ended()) RestartWorker();
}

void Service::KillWorker() { workers_.back()->Kill(); }

void Service::HaltExecutor() { KillProcess(ChildOf(workers_.back()->pid()), SIGSTOP); }

void Service::KillExecutor() { KillProcess(ChildOf(workers_.back()->pid()), SIGKILL); }

pid_t Service::agent(const std::string& worker) const {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (NameOf(i) == worker) return workers_[i]->pid();
  }
  ADD_FAILURE() << "there is no worker '" << worker << "'";
  return -1;
}

void Service::Pause(const std::string& worker) {
  KillProcess(agent(worker), SIGSTOP);  // so that it starts and reaps nothing
  KillProcess(ChildOf(agent(worker)), SIGSTOP);
}

void Service::Resume(const std::string& worker) {
  KillProcess(ChildOf(agent(worker)), SIGCONT);
  KillProcess(agent(worker), SIGCONT);
}

double Service::Metric(const std::string& name) const { return MetricIn(Scrape(metrics_port_), name); }

void Service::AwaitMetric(const std::string& name, double at_least) const {
  EXPECT_TRUE(Await([&] { return Metric(name) >= at_least; })) << name;
}

int Service::CountWords(const std::string& worker, const std::string& words) const {
  const std::string log = Content(LogOf(worker));
  int count = 0;
  for (std::size_t at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) ++count;
  return count;
}

void Service::AwaitWords(const std::string& worker, const std::string& words, int times) const {
  EXPECT_TRUE(Await([&] { return CountWords(worker, words) >= times; }))
      << worker << " did not say \"" << words << "\"";
}

}  // namespace rad
