#include "tests/simulation/simulated_worker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/task_attempts.h"
#include "proto/protocol_version.h"

namespace rad {
namespace {

constexpr absl::Duration kFirstRetry = absl::Milliseconds(200), kSlowestRetry = absl::Seconds(2);
constexpr absl::Duration kStopGrace = absl::Seconds(10);  // as the agent's
constexpr absl::Duration kLongestAbsence = absl::Seconds(40);

}  // namespace

SimulatedWorker::SimulatedWorker(World& world, CoordinatorHost& host, GangRoom& gangs,
                                 const std::string& name)
    : world_(world),
      host_(host),
      gangs_(gangs),
      name_(name),
      wire_(world, host),
      agenda_(world.timeline),
      backoff_(kFirstRetry, kSlowestRetry) {}

void SimulatedWorker::Boot() {
  up_ = true;
  leaving_ = false;
  incarnation_ = absl::StrCat(name_, "#", ++boots_);
  world_.trace.Tell(absl::StrCat(incarnation_, " starts"));
  Connect();
}

void SimulatedWorker::Vanish() {
  up_ = false;
  agenda_.Clear();
  running_.reset();
  report_wanted_ = true;
  waiting_.clear();
  outbox_ = Outbox();
  guard_ = LeaseGuard();
  worker_id_.clear();
  if (session_ != nullptr) std::exchange(session_, nullptr)->Cancel();
  world_.model.Gone(incarnation_);
  agenda_.After(world_.dice.Within(absl::Milliseconds(200), kLongestAbsence), [this] { Boot(); });
}

void SimulatedWorker::Crash() {
  if (!up_) return;
  world_.trace.Count("deaths of workers", absl::StrCat(incarnation_, " dies"));
  Vanish();
}

void SimulatedWorker::Leave() {
  if (!up_ || std::exchange(leaving_, true)) return;
  world_.trace.Count("farewells of workers", absl::StrCat(incarnation_, " leaves"));
  StopAll(kStopGrace);
  agenda_.After(kStopGrace, [this] {  // by then all has ended and was reported
    if (session_ != nullptr) session_->Finish();
    agenda_.After(absl::Seconds(2), [this] { Vanish(); });
  });
}

void SimulatedWorker::Connect() { worker_id_.empty() ? Register() : OpenSession(); }

void SimulatedWorker::Register() {
  v1::RegisterRequest request;
  request.set_protocol_version(kProtocolVersion);
  request.set_name(name_);
  request.set_incarnation(incarnation_);
  request.set_host(name_);
  request.set_device("cpu");
  wire_.Call<v1::RegisterResponse>(
      [request, &world = world_](Coordinator& coordinator, ArtifactServiceImpl&) {
        absl::StatusOr<v1::RegisterResponse> response = coordinator.Register(request);
        if (response.ok()) world.model.Heard(request.incarnation(), world.timeline.now());
        return response;
      },
      [this, alive = agenda_.alive()](const absl::StatusOr<v1::RegisterResponse>& response) {
        if (alive.expired()) return;
        if (!response.ok()) return RetryLater();
        worker_id_ = response->worker_id();
        OpenSession();
      });
}

void SimulatedWorker::OpenSession() {
  session_ = Stream::Open(world_, host_, wire_, incarnation_,
                          {.directive =
                               [this](const v1::Directive& directive) {
                                 last_heard_ = world_.timeline.now();
                                 backoff_.Reset();
                                 directive.has_renewed() ? Renewed() : OnDirective(directive);
                               },
                           .ended = [this](const absl::Status& status) { SessionEnded(status); }});
  last_heard_ = world_.timeline.now();
  guard_.Open(kLease);
  SendReports(outbox_.reports());
  Beat();
}

void SimulatedWorker::SessionEnded(const absl::Status& status) {
  session_.reset();
  ++beats_;
  world_.trace.Count("sessions ended", absl::StrCat(incarnation_, ": session over: ", status.ToString()));
  if (absl::IsNotFound(status)) worker_id_.clear();
  RetryLater();
}

void SimulatedWorker::RetryLater() {
  agenda_.After(backoff_.Next(world_.dice.engine()), [this] { Connect(); });
}

void SimulatedWorker::Beat() {
  if (world_.timeline.now() - last_heard_ > kLease) {
    session_->Cancel();
    return SessionEnded(absl::CancelledError("silent for a whole lease"));
  }
  SendHeartbeat();
  agenda_.After(kLease / 3, [this, beat = ++beats_] {
    if (beat == beats_) Beat();
  });
}

void SimulatedWorker::SendHeartbeat() {
  SendReports(outbox_.Overdue());
  v1::WorkerMessage message;
  v1::Heartbeat& heartbeat = *message.mutable_heartbeat();
  if (running_ != nullptr) *heartbeat.add_running() = FenceOf(running_->task());
  for (const v1::Task& task : waiting_) *heartbeat.add_running() = FenceOf(task);
  guard_.Sent(Now());
  Send(std::move(message));
}

void SimulatedWorker::Renewed() {
  guard_.Answered();
  agenda_.After(guard_.StopAt() - Now(), [this, timer = ++lease_timers_] {
    if (timer != lease_timers_ || (running_ == nullptr && waiting_.empty())) return;
    world_.trace.Count("leases run out at workers",
                       absl::StrCat(incarnation_, " stops before its lease ends"));
    StopAll(guard_.Grace());
  });
}

void SimulatedWorker::Send(v1::WorkerMessage message) {
  if (session_ == nullptr) return;
  message.set_worker_id(worker_id_);
  const std::shared_ptr<Stream> session = session_;  // which this may end
  session->Write(std::move(message));
}

void SimulatedWorker::OnDirective(const v1::Directive& directive) {
  if (directive.has_start()) {
    Start(directive.start());
  } else if (directive.has_stop()) {
    Stop(directive.stop());
  } else if (directive.has_preempt()) {
    if (running_ != nullptr && SameFence(FenceOf(running_->task()), directive.preempt())) {
      world_.trace.Count("preemptions");
      running_->AskForRoom();
    }
  } else if (directive.has_acknowledged()) {
    outbox_.Acknowledge(directive.acknowledged());
  }
}

void SimulatedWorker::Start(const v1::Task& task) {
  const v1::Fence fence = FenceOf(task);
  if (leaving_ || !guard_.Holds(Now())) {
    world_.trace.Count("starts that came too late");
    return world_.model.Dropped(incarnation_, fence);
  }
  if (outbox_.Holds(fence)) return SendReports(outbox_.reports());
  const bool known = running_ != nullptr && SameFence(FenceOf(running_->task()), fence);
  for (const v1::Task& other : waiting_) {
    if (SameFence(FenceOf(other), fence)) return;
  }
  if (known) return;
  waiting_.push_back(task);
  StartNext();
}

void SimulatedWorker::Stop(const v1::Fence& fence) {
  std::erase_if(waiting_, [&](const v1::Task& task) {
    const bool same = SameFence(FenceOf(task), fence);
    if (same) world_.model.Dropped(incarnation_, fence);
    return same;
  });
  if (running_ == nullptr || !SameFence(FenceOf(running_->task()), fence)) return;
  report_wanted_ = false;
  running_->Stop(kStopGrace);
}

void SimulatedWorker::StopAll(absl::Duration grace) {
  for (const v1::Task& task : std::exchange(waiting_, {})) world_.model.Dropped(incarnation_, FenceOf(task));
  if (running_ != nullptr) running_->Stop(grace);
}

void SimulatedWorker::StartNext() {
  if (running_ != nullptr || waiting_.empty()) return;
  const v1::Task task = std::move(waiting_.front());
  waiting_.pop_front();
  world_.model.Works(incarnation_, FenceOf(task));
  running_ = std::make_unique<SimulatedAttempt>(
      world_, wire_, gangs_, task,
      SimulatedAttemptEvents{.progressed = [this](const v1::Progress& progress) { SendProgress(progress); },
                             .finished = [this](v1::TaskFinished report) { Finished(std::move(report)); }});
}

void SimulatedWorker::SendReports(const std::vector<v1::TaskFinished>& reports) {
  for (const v1::TaskFinished& report : reports) {
    v1::WorkerMessage message;
    *message.mutable_finished() = report;
    Send(std::move(message));
  }
}

void SimulatedWorker::SendProgress(const v1::Progress& progress) {
  v1::WorkerMessage message;
  *message.mutable_progress()->mutable_fence() = FenceOf(running_->task());
  *message.mutable_progress()->mutable_progress() = progress;
  Send(std::move(message));
}

void SimulatedWorker::Finished(v1::TaskFinished report) {
  world_.trace.Tell(absl::StrCat(incarnation_, ": ", report.fence().ShortDebugString(),
                                 " ends: ", report.has_result() ? "a result" : report.failure().message()));
  world_.model.Dropped(incarnation_, report.fence());
  if (report_wanted_) outbox_.Add(report);
  v1::WorkerMessage message;
  *message.mutable_finished() = std::move(report);
  Send(std::move(message));
  running_.reset();
  report_wanted_ = true;
  StartNext();
  agenda_.After(absl::ZeroDuration(), [this] {
    if (session_ != nullptr) SendHeartbeat();
  });
}

}  // namespace rad
