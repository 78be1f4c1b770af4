#include "coordinator/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <atomic>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "coordinator/artifact_service.h"
#include "coordinator/attentive_clock.h"
#include "coordinator/backup_service.h"
#include "coordinator/job_service.h"
#include "coordinator/log.h"
#include "coordinator/metrics_snapshot.h"
#include "coordinator/rendezvous_service.h"
#include "coordinator/sweep_service.h"
#include "coordinator/worker_service.h"
#include "prometheus/exposer.h"
#include "proto/failpoint.h"
#include "proto/stop_exposer.h"
#include "storage/artifact_store.h"
#include "storage/meta_store.h"

namespace rad {
namespace {

constexpr int kMaxMessageBytes = 8 << 20;  // twice a chunk
constexpr int kMinPingIntervalMs = 1'000;  // below that of workers, which are silent for longer than usual
// A client that is gone without a word, as by a cut network, is forgotten after their sum.
constexpr int kKeepaliveMs = 20'000, kKeepaliveTimeoutMs = 20'000;
constexpr absl::Duration kTick = absl::Milliseconds(100);
constexpr absl::Duration kStopGrace = absl::Seconds(2);  // for calls under way that read or write the stores

// Everything in the order in which it must be built, and in reverse taken down.
class ServerImpl final : public CoordinatorServer {
 public:
  ServerImpl(const ServerOptions& options, std::unique_ptr<MetaStore> meta,
             std::unique_ptr<ArtifactStore> artifacts, std::unique_ptr<ArtifactCatalog> catalog)
      : clock_(options.clock != nullptr ? *options.clock : attentive_clock_),
        meta_(std::move(meta)),
        artifacts_(std::move(artifacts)),
        catalog_(std::move(catalog)),
        store_(*meta_),
        coordinator_(store_, *catalog_, clock_, metrics_, {.lease = options.lease}),
        job_service_(coordinator_),
        sweep_service_(coordinator_),
        worker_service_(coordinator_),
        artifact_service_(*artifacts_, *catalog_, coordinator_, clock_),
        rendezvous_service_(coordinator_),
        backup_service_(*meta_, *artifacts_,
                        options.backups.empty() ? options.data_dir / "backups" : options.backups) {}

  ~ServerImpl() override {
    stopping_ = true;
    if (ticker_.joinable()) ticker_.join();
    StopExposer(std::move(exposer_), metrics_port_);
    if (server_ == nullptr) return;
    coordinator_.Stop();
    server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(kStopGrace));
    server_->Wait();
  }

  absl::Status Run(const ServerOptions& options) {
    if (absl::Status status = coordinator_.Recover(); !status.ok()) return status;
    Failpoint("recovered");
    if (absl::Status status = Listen(options); !status.ok()) return status;
    Failpoint("listening");
    if (absl::Status status = Expose(options.metrics); !status.ok()) return status;
    if (options.clock == nullptr) ticker_ = std::thread([this] { TickUntilStopped(); });
    return absl::OkStatus();
  }

  int grpc_port() const override { return grpc_port_; }
  int metrics_port() const override { return metrics_port_; }
  Coordinator& coordinator() override { return coordinator_; }

 private:
  absl::Status Listen(const ServerOptions& options) {
    grpc::EnableDefaultHealthCheckService(true);
    if (options.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &grpc_port_);
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.SetMaxSendMessageSize(kMaxMessageBytes);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT,
                               0);  // else two coordinators would share a port silently
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    builder.RegisterService(&job_service_);
    builder.RegisterService(&sweep_service_);
    builder.RegisterService(&worker_service_);
    builder.RegisterService(&artifact_service_);
    builder.RegisterService(&rendezvous_service_);
    builder.RegisterService(&backup_service_);
    server_ = builder.BuildAndStart();
    if (server_ != nullptr && grpc_port_ != 0) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options.listen,
                                               ": the port is in use or the address is not this machine's; ",
                                               "give another --listen"));
  }

  absl::Status Expose(const std::string& address) {
    if (address.empty()) return absl::OkStatus();
    try {
      exposer_ = std::make_unique<prometheus::Exposer>(address);
    } catch (const std::exception& error) {
      return absl::UnavailableError(absl::StrCat("cannot serve metrics on ", address, " (", error.what(),
                                                 "): the port may be in use; give another --metrics"));
    }
    metrics_port_ = exposer_->GetListeningPorts().front();
    collector_ = std::make_shared<SnapshotCollector>([this] { return TakeSnapshot(); });
    exposer_->RegisterCollectable(metrics_.registry());
    exposer_->RegisterCollectable(collector_);
    return absl::OkStatus();
  }

  MetricsSnapshot TakeSnapshot() {
    MetricsSnapshot snapshot = coordinator_.TakeSnapshot();
    snapshot.database_disk_bytes = {{"meta", meta_->DiskBytes()}, {"ckpt", artifacts_->DiskBytes()}};
    snapshot.database_memtable_bytes = {{"meta", meta_->MemtableBytes()},
                                        {"ckpt", artifacts_->MemtableBytes()}};
    snapshot.resident_bytes = ResidentBytes();
    snapshot.newest_backup_unix_seconds = static_cast<double>(backup_service_.newest_unix_seconds());
    return snapshot;
  }

  void TickUntilStopped() {
    while (!stopping_) {
      coordinator_.Tick();
      absl::SleepFor(kTick);
    }
  }

  const SystemClock system_clock_;
  const AttentiveClock attentive_clock_{system_clock_};
  const Clock& clock_;
  const std::unique_ptr<MetaStore> meta_;
  const std::unique_ptr<ArtifactStore> artifacts_;
  const std::unique_ptr<ArtifactCatalog> catalog_;
  JobStore store_;
  CoordinatorMetrics metrics_;
  Coordinator coordinator_;
  JobServiceImpl job_service_;
  SweepServiceImpl sweep_service_;
  WorkerServiceImpl worker_service_;
  ArtifactServiceImpl artifact_service_;
  RendezvousServiceImpl rendezvous_service_;
  BackupServiceImpl backup_service_;
  int grpc_port_ = 0;
  int metrics_port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<SnapshotCollector> collector_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::atomic<bool> stopping_ = false;
  std::thread ticker_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CoordinatorServer>> CoordinatorServer::Start(const ServerOptions& options) {
  absl::StatusOr<std::unique_ptr<MetaStore>> meta = MetaStore::Open(options.data_dir / "meta");
  if (!meta.ok()) return meta.status();
  absl::StatusOr<std::unique_ptr<ArtifactStore>> artifacts = ArtifactStore::Open(options.data_dir / "ckpt");
  if (!artifacts.ok()) return artifacts.status();
  absl::StatusOr<std::unique_ptr<ArtifactCatalog>> catalog = ArtifactCatalog::Open(**artifacts);
  if (!catalog.ok()) return catalog.status();
  auto server =
      std::make_unique<ServerImpl>(options, *std::move(meta), *std::move(artifacts), *std::move(catalog));
  if (absl::Status status = server->Run(options); !status.ok()) return status;
  return server;
}

}  // namespace rad
