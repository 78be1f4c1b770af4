#include "coordinator/cli/local/local_service.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/cli/rpc/coordinator_client.h"

namespace rad::cli {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kStartTimeout = absl::Seconds(60);  // a store that was killed replays its log
constexpr absl::Duration kPoll = absl::Milliseconds(20);
constexpr absl::Duration kWorkerGrace = absl::Seconds(20);  // its executors may be writing a checkpoint
constexpr absl::Duration kCoordinatorGrace = absl::Seconds(10);

absl::Status MakeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--data-dir: cannot create ", folder.string(), ": ", error.message()));
}

// Absent until the file is there and whole.
std::optional<LocalPorts> ReadPorts(const fs::path& port_file) {
  std::ifstream file(port_file);
  const auto json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("grpc") || !json["grpc"].is_number_integer()) return std::nullopt;
  const auto metrics = json.find("metrics");
  const bool has_metrics = metrics != json.end() && metrics->is_number_integer();
  return LocalPorts{json["grpc"].get<int>(), has_metrics ? metrics->get<int>() : 0};
}

absl::StatusOr<LocalPorts> WaitForPorts(const fs::path& port_file, ChildProcess& coordinator) {
  for (const absl::Time deadline = absl::Now() + kStartTimeout; absl::Now() < deadline;
       absl::SleepFor(kPoll)) {
    if (const auto ports = ReadPorts(port_file)) return *ports;
    if (auto running = coordinator.CheckRunning(); !running.ok()) return running;
  }
  return absl::DeadlineExceededError(absl::StrCat("rad-coordinator did not start within ",
                                                  absl::FormatDuration(kStartTimeout),
                                                  "; see its log beside ", port_file.string()));
}

absl::Status WaitForWorker(LocalService& service) {
  CoordinatorClient client(service.address(), absl::Seconds(5));
  const absl::Time deadline = absl::Now() + kStartTimeout;
  if (auto serving = client.WaitUntilServing(deadline); !serving.ok()) return serving.status();
  for (; absl::Now() < deadline; absl::SleepFor(kPoll)) {
    if (auto running = service.CheckRunning(); !running.ok()) return running;
    auto workers = client.Call(&Jobs::ListWorkers, v1::ListWorkersRequest());
    if (!workers.ok()) return workers.status();
    for (const auto& worker : workers->workers()) {
      if (worker.state() != "lost") return absl::OkStatus();
    }
  }
  return absl::DeadlineExceededError("rad-worker did not register in time; see its log");
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalService>> LocalService::Start(const fs::path& programs,
                                                                  const fs::path& data_dir) {
  const fs::path logs = data_dir / "logs";
  const fs::path port_file = logs / "coordinator-ports.json";
  if (auto made = MakeFolder(logs); !made.ok()) return made;
  std::error_code ignored;
  fs::remove(port_file, ignored);  // of an earlier run
  std::unique_ptr<LocalService> service(new LocalService());
  auto coordinator =
      ChildProcess::Start(programs / "rad-coordinator",
                          {"--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--data-dir",
                           (data_dir / "coordinator").string(), "--port-file", port_file.string()},
                          logs / "coordinator.log");
  if (!coordinator.ok()) return coordinator.status();
  service->coordinator_ = *std::move(coordinator);
  auto ports = WaitForPorts(port_file, *service->coordinator_);
  if (!ports.ok()) return ports.status();
  service->ports_ = *ports;
  auto worker =
      ChildProcess::Start(programs / "rad-worker",
                          {"agent", "--coordinator", service->address(), "--name", "local", "--data-dir",
                           (data_dir / "worker").string(), "--metrics", "127.0.0.1:0"},
                          logs / "worker.log");
  if (!worker.ok()) return worker.status();
  service->worker_ = *std::move(worker);
  if (auto registered = WaitForWorker(*service); !registered.ok()) return registered;
  return service;
}

LocalService::~LocalService() {
  if (worker_) worker_->Stop(kWorkerGrace);
  if (coordinator_) coordinator_->Stop(kCoordinatorGrace);
}

std::string LocalService::address() const { return absl::StrCat("127.0.0.1:", ports_.grpc); }

std::string LocalService::metrics_url() const {
  return absl::StrCat("http://127.0.0.1:", ports_.metrics, "/metrics");
}

absl::Status LocalService::CheckRunning() {
  if (auto running = coordinator_->CheckRunning(); !running.ok()) return running;
  return worker_ ? worker_->CheckRunning() : absl::OkStatus();
}

}  // namespace rad::cli
