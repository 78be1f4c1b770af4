#include "tests/simulation/coordinator_host.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(500);
constexpr absl::Duration kLongestAbsence = absl::Seconds(25);

template <typename Value>
Value Must(absl::StatusOr<Value> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "the simulation cannot go on: %s\n", value.status().ToString().c_str());
  std::abort();
}

class Asked final : public Witness {
 public:
  explicit Asked(Coordinator& coordinator) : coordinator_(coordinator) {}

  bool MayWrite(const v1::Fence& fence) override { return coordinator_.CheckFence(fence).ok(); }
  v1::JobStatus Job(const std::string& job_id) override {
    return coordinator_.Get(job_id).value_or(v1::JobStatus());
  }
  std::vector<v1::JobStatus> Jobs() override {
    v1::ListRequest request;
    request.set_page_size(500);
    const v1::ListResponse response = Must(coordinator_.List(request));
    return {response.jobs().begin(), response.jobs().end()};
  }
  std::vector<v1::Queue> Queues() override {
    const v1::ListQueuesResponse response = coordinator_.ListQueues();
    return {response.queues().begin(), response.queues().end()};
  }

 private:
  Coordinator& coordinator_;
};

}  // namespace

struct CoordinatorHost::Life {
  Life(World& world, rocksdb::Env& env, const std::string& folder)
      : meta(Must(MetaStore::Open(absl::StrCat(folder, "/meta"), &env))),
        artifacts(Must(ArtifactStore::Open(absl::StrCat(folder, "/ckpt"), &env))),
        catalog(Must(ArtifactCatalog::Open(*artifacts))),
        store(*meta, world.store_faults),
        coordinator(store, *catalog, world.clock, metrics, {.lease = kLease}),
        artifact_service(*artifacts, *catalog, coordinator, world.clock) {}

  const std::unique_ptr<MetaStore> meta;
  const std::unique_ptr<ArtifactStore> artifacts;
  const std::unique_ptr<ArtifactCatalog> catalog;
  FaultyStore store;
  CoordinatorMetrics metrics;
  Coordinator coordinator;
  ArtifactServiceImpl artifact_service;
};

CoordinatorHost::CoordinatorHost(World& world, absl::string_view folder)
    : world_(world),
      agenda_(world.timeline),
      env_(rocksdb::NewMemEnv(rocksdb::Env::Default())),
      folder_(folder) {
  for (const char* part : {"", "/meta", "/ckpt"})
    env_->CreateDirIfMissing(folder_ + part).PermitUncheckedError();
}

CoordinatorHost::~CoordinatorHost() = default;

void CoordinatorHost::Start() {
  ++lives_;
  world_.clock.Reboot(world_.dice.Within(absl::Seconds(1), absl::Hours(1000)));
  life_ = std::make_unique<Life>(world_, *env_, folder_);
  coordinator_ = &life_->coordinator;
  artifact_service_ = &life_->artifact_service;
  witness_ = std::make_unique<Asked>(*coordinator_);
  try {
    const absl::Status recovered = coordinator_->Recover();
    if (!recovered.ok()) return Die(absl::StrCat("cannot start: ", recovered.message()));
  } catch (const Death&) {
    world_.trace.Count("deaths in recovery");
    return Die("died as it recovered");
  }
  world_.trace.Tell("the coordinator is up");
  world_.model.Restarted(*witness_);
  agenda_.After(kTick, [this] { Tick(); });
}

void CoordinatorHost::Tick() {
  agenda_.After(kTick, [this] { Tick(); });
  Do([](Coordinator& coordinator, auto&) { coordinator.Tick(); });
  if (up()) world_.model.CheckJobs(witness_->Jobs());
}

void CoordinatorHost::Die(absl::string_view why) {
  if (!up()) return;
  world_.trace.Count("deaths of the coordinator", absl::StrCat("the coordinator ", why));
  Restart();
}

void CoordinatorHost::StopInGoodOrder() {
  if (!up()) return;
  world_.trace.Count("restarts in good order", "the coordinator is stopped");
  coordinator_->Stop();
  Restart();
}

void CoordinatorHost::Restart() {
  agenda_.Clear();
  world_.store_faults.writes_to_live.reset();
  witness_.reset();
  life_.reset();
  agenda_.After(world_.dice.Within(absl::Milliseconds(100), kLongestAbsence), [this] { Start(); });
}

std::vector<v1::JobStatus> CoordinatorHost::Jobs() {
  return up() ? witness_->Jobs() : std::vector<v1::JobStatus>();
}

std::vector<v1::Event> CoordinatorHost::EventsOf(const std::string& job_id) {
  std::vector<v1::Event> events;
  for (bool ended = false; !ended;) {
    const std::uint64_t last = events.empty() ? 0 : events.back().sequence();
    const auto page = Must(coordinator_->WaitEvents(job_id, last, absl::ZeroDuration()));
    events.insert(events.end(), page.events.begin(), page.events.end());
    ended = page.ended || page.events.empty();
  }
  return events;
}

v1::SweepStatus CoordinatorHost::Sweep(const std::string& sweep_id) {
  return Must(coordinator_->GetSweep(sweep_id, v1::METRIC_UNSPECIFIED));
}

}  // namespace rad
