// rad-coordinator: owns jobs, workers and artifacts; see server.h.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/log.h"
#include "coordinator/restore_data.h"
#include "coordinator/server.h"
#include "proto/protocol_version.h"

namespace {

constexpr int kExitNotFound = 3, kExitConflict = 4;  // of a restore, as radctl's

struct Flags {
  rad::ServerOptions server;
  int lease_seconds = 10;
  std::string port_file;
  std::string restore_from;
  std::uint32_t backup = 0;  // 0: the newest
};

int Fail(absl::string_view message) {
  std::fprintf(stderr, "rad-coordinator: %.*s\n", static_cast<int>(message.size()), message.data());
  return 1;
}

void Define(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", std::string(rad::kVersion));
  app.add_option("--data-dir", flags.server.data_dir, "Folder of the two databases; made when absent")
      ->required();
  app.add_option("--listen", flags.server.listen, "HOST:PORT of gRPC; port 0: any free one")
      ->capture_default_str();
  app.add_option("--metrics", flags.server.metrics, "HOST:PORT of /metrics; empty: none")
      ->capture_default_str();
  app.add_option("--lease-seconds", flags.lease_seconds, "A worker silent for so long is lost")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_flag("--reflection", flags.server.reflection, "Serve gRPC reflection, for grpcurl and the like");
  app.add_option("--backups", flags.server.backups, "Folder of backups (default: in --data-dir)");
  CLI::Option* restore =
      app.add_option("--restore-from", flags.restore_from,
                     "Do not serve: make --data-dir, which must be empty, out of the backup "
                     "in this folder, and exit");
  app.add_option("--backup", flags.backup, "With --restore-from: its number (default: the newest)")
      ->needs(restore)
      ->check(CLI::PositiveNumber);
  app.add_option("--port-file", flags.port_file, "Write the ports there as JSON once they listen");
}

// Whole or not at all: a reader that finds the file can parse it.
absl::Status WritePortFile(const std::string& path, const rad::CoordinatorServer& server) {
  const std::string temporary = absl::StrCat(path, ".tmp");
  std::ofstream file(temporary);
  file << "{\"grpc\": " << server.grpc_port() << ", \"metrics\": " << server.metrics_port() << "}\n";
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write --port-file ", path));
  }
  return absl::OkStatus();
}

int Restore(const Flags& flags) {
  const absl::Status restored =
      rad::RestoreData(flags.restore_from, flags.backup, flags.server.data_dir, absl::Now());
  if (!restored.ok()) {
    Fail(restored.message());
    return absl::IsNotFound(restored)             ? kExitNotFound
           : absl::IsFailedPrecondition(restored) ? kExitConflict
                                                  : 1;
  }
  rad::Log(absl::StrCat("restored into ", flags.server.data_dir.string(), ": start without --restore-from"));
  return 0;
}

// Blocked before any thread starts, so that only the wait in main sees them.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Every worker holds a connection; the limit that shells give is for a thousand files in all.
void AllowManyConnections() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("rad-coordinator: plans jobs, leases workers, stores results");
  Flags flags;
  Define(app, flags);
  CLI11_PARSE(app, argc, argv);
  flags.server.lease = absl::Seconds(flags.lease_seconds);
  if (!flags.restore_from.empty()) return Restore(flags);

  const sigset_t signals = BlockStopSignals();
  AllowManyConnections();
  absl::StatusOr<std::unique_ptr<rad::CoordinatorServer>> server =
      rad::CoordinatorServer::Start(flags.server);
  if (!server.ok()) return Fail(server.status().message());
  if (!flags.port_file.empty()) {
    if (absl::Status status = WritePortFile(flags.port_file, **server); !status.ok())
      return Fail(status.message());
  }
  rad::Log(absl::StrCat("listening: gRPC port ", (*server)->grpc_port(), ", metrics port ",
                        (*server)->metrics_port()));
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  rad::Log("stopping");
  return 0;
}
