#include "tests/chaos/killed_coordinator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

namespace rad {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLongestStart{60};

// No event tells of another process' file or end. Whether it held within kLongestStart.
bool Await(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + kLongestStart;
  while (!holds() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return holds();
}

}  // namespace

void KilledCoordinator::Run(const std::vector<std::string>& arguments, const std::string& failpoint) {
  process_.reset();
  for (const char* file : {"ports", "reached"}) fs::remove(folder_ / file);
  std::vector<std::string> environment;
  if (!failpoint.empty())
    environment.push_back("RAD_FAILPOINT=" + failpoint + ":" + (folder_ / "reached").string());
  process_ = std::make_unique<Process>("rad-coordinator", arguments, log(), environment);
}

void KilledCoordinator::Launch(const std::string& failpoint) {
  Run({"--listen", "127.0.0.1:0", "--metrics", "", "--data-dir", data(), "--port-file", folder_ / "ports",
       "--lease-seconds", std::to_string(lease_seconds_)},
      failpoint);
}

void KilledCoordinator::Restore(const fs::path& backups, const std::string& failpoint) {
  Run({"--restore-from", backups, "--data-dir", data()}, failpoint);
  EXPECT_TRUE(Await([&] { return Died(); })) << "the restore does not end";
}

bool KilledCoordinator::Start(const std::string& failpoint) {
  Launch(failpoint);
  const auto listens = [&] { return fs::exists(folder_ / "ports"); };
  EXPECT_TRUE(Await([&] { return listens() || Died(); })) << "the coordinator does not start";
  if (!listens()) return false;
  const int port = nlohmann::json::parse(std::ifstream(folder_ / "ports")).at("grpc");
  channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials());
  return true;
}

bool KilledCoordinator::ReachedFailpoint() const { return fs::exists(folder_ / "reached"); }

}  // namespace rad
