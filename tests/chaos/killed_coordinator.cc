#include "tests/chaos/killed_coordinator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace rad {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLongestStart{60};

}  // namespace

void KilledCoordinator::Launch(const std::string& failpoint) {
  process_.reset();
  for (const char* file : {"ports", "reached"}) fs::remove(folder_ / file);
  std::vector<std::string> environment;
  if (!failpoint.empty())
    environment.push_back("RAD_FAILPOINT=" + failpoint + ":" + (folder_ / "reached").string());
  // A lease so long that no task is ever taken from the worker that was given it.
  process_ = std::make_unique<Process>(
      "rad-coordinator",
      std::vector<std::string>{"--listen", "127.0.0.1:0", "--metrics", "", "--data-dir", folder_ / "data",
                               "--port-file", folder_ / "ports", "--lease-seconds", "3600"},
      log(), environment);
}

bool KilledCoordinator::Start(const std::string& failpoint) {
  Launch(failpoint);
  const auto end = std::chrono::steady_clock::now() + kLongestStart;
  while (!fs::exists(folder_ / "ports")) {
    if (Died()) return false;
    if (std::chrono::steady_clock::now() > end) {
      ADD_FAILURE() << "the coordinator does not start";
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const int port = nlohmann::json::parse(std::ifstream(folder_ / "ports")).at("grpc");
  channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials());
  return true;
}

bool KilledCoordinator::ReachedFailpoint() const { return fs::exists(folder_ / "reached"); }

}  // namespace rad
