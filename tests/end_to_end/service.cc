#include "tests/end_to_end/service.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

namespace rad {
namespace {

namespace fs = std::filesystem;

// The program writes it once it listens.
int GrpcPort(const fs::path& port_file) {
  for (int tries = 0; tries < 3000 && !fs::exists(port_file); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const auto ports = nlohmann::json::parse(std::ifstream(port_file), nullptr, /*allow_exceptions=*/false);
  return ports.value("grpc", 0);
}

}  // namespace

Service::Service(const fs::path& folder, int workers, std::vector<std::string> coordinator_environment,
                 std::vector<std::string> worker_environment)
    : folder_(folder),
      coordinator_environment_(std::move(coordinator_environment)),
      worker_environment_(std::move(worker_environment)) {
  fs::create_directories(folder_);
  StartCoordinator(0);
  for (int i = 0; i < workers; ++i) workers_.push_back(StartWorker(workers_.size()));
}

Service::~Service() {
  if (!testing::Test::HasFailure()) return;
  std::cerr << std::ifstream(folder_ / "coordinator.log").rdbuf()
            << std::ifstream(folder_ / "worker.log").rdbuf();
}

std::string Service::address() const { return "127.0.0.1:" + std::to_string(port_); }

void Service::StartCoordinator(int port) {
  const fs::path port_file = folder_ / "ports";
  fs::remove(port_file);
  coordinator_ = std::make_unique<Process>(
      "rad-coordinator",
      std::vector<std::string>{"--listen", "127.0.0.1:" + std::to_string(port), "--metrics", "127.0.0.1:0",
                               "--data-dir", folder_ / "coordinator", "--port-file", port_file,
                               "--lease-seconds", "3"},
      folder_ / "coordinator.log", coordinator_environment_);
  port_ = GrpcPort(port_file);
  ASSERT_NE(port_, 0) << "the coordinator did not start";
}

std::unique_ptr<Process> Service::StartWorker(std::size_t number) {
  const std::string name = "w" + std::to_string(number);
  return std::make_unique<Process>(
      "rad-worker",
      std::vector<std::string>{"--coordinator", address(), "--name", name, "--data-dir", folder_ / name,
                               "--metrics", "127.0.0.1:0", "--threads", "1"},
      folder_ / "worker.log", worker_environment_);
}

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

}  // namespace rad
