#include "tests/load/simulated_worker.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/protocol_version.h"
#include "tests/load/load_job.h"
#include "worker/wire/fence.h"

namespace rad {
namespace {

constexpr absl::Duration kProgressEvery = absl::Seconds(1);

v1::RegisterRequest RegistrationOf(int number) {
  v1::RegisterRequest request;
  request.set_protocol_version(kProtocolVersion);
  request.set_name(absl::StrCat("simulated-", number));
  request.set_incarnation(absl::StrCat("incarnation-", number));
  request.set_host("localhost");
  request.set_threads(2);
  request.set_memory_bytes(std::uint64_t{16} << 30);
  request.set_device("cpu");
  request.set_version(std::string(kVersion));
  return request;
}

// As worker/wire/channel.h makes it, but not shared: each worker has its own connection, as on its own
// machine.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

v1::Progress ProgressAt(std::uint64_t step) {
  v1::Progress progress;
  progress.set_phase("aligning");
  progress.set_done(static_cast<double>(step));
  progress.set_total(100'000);
  progress.set_unit("steps");
  progress.set_rate_per_second(1);
  progress.set_eta_seconds(100'000 - static_cast<double>(step));
  progress.set_step(step);
  progress.set_tokens(512 * step);
  (*progress.mutable_losses())["align"] = 1.0 / static_cast<double>(step);
  for (const char* kind : {"weights", "optimizer", "activations_peak", "rss"})
    (*progress.mutable_memory_bytes())[kind] = 500'000'000;
  return progress;
}

}  // namespace

SimulatedWorker::SimulatedWorker(EventLoop& loop, const std::string& coordinator, int number) : loop_(loop) {
  link_ = std::make_unique<CoordinatorLink>(
      loop, OwnChannel(coordinator), RegistrationOf(number),
      LinkEvents{.heartbeat = [this] { return Heartbeat(); },
                 .opened = [] {},
                 .directive = [this](const v1::Directive& directive) { Receive(directive); },
                 .broken = [] {},
                 .lease_ends = [this](absl::Duration) { running_.clear(); },
                 .refused = [](const absl::Status&) { std::abort(); }});
  // Workers do not report in step.
  loop_.After(kProgressEvery * absl::Uniform(random_, 0.0, 1.0), [this] { ReportProgress(); });
}

void SimulatedWorker::EndTasks(absl::Duration within) {
  end_within_ = within;
  for (const Running& running : running_) EndSoon(running.task);
}

v1::Heartbeat SimulatedWorker::Heartbeat() const {
  v1::Heartbeat heartbeat;
  for (const Running& running : running_) *heartbeat.add_running() = FenceOf(running.task);
  return heartbeat;
}

void SimulatedWorker::Receive(const v1::Directive& directive) {
  if (directive.has_start()) Start(directive.start());
  if (directive.has_stop()) Fail(directive.stop(), v1::TaskFailure::CANCELLED);
  if (directive.has_preempt()) Fail(directive.preempt(), v1::TaskFailure::PREEMPTED);
}

void SimulatedWorker::Start(const v1::Task& task) {
  running_.push_back({task});
  if (IsShort(task.work())) {
    v1::TaskFinished finished;
    *finished.mutable_result() = AnswerOf(task.work());
    End(FenceOf(task), std::move(finished));
  } else {
    EndSoon(task);
  }
}

void SimulatedWorker::EndSoon(const v1::Task& task) {
  if (end_within_ == absl::InfiniteDuration() || !PublishesNothing(task.work())) return;
  loop_.After(end_within_ * absl::Uniform(random_, 0.0, 1.0), [this, fence = FenceOf(task)] {
    const Running* running = Find(fence);
    if (running == nullptr) return;
    v1::TaskFinished finished;
    *finished.mutable_result() = AnswerOf(running->task.work());
    End(fence, std::move(finished));
  });
}

void SimulatedWorker::ReportProgress() {
  for (Running& running : running_) {
    v1::WorkerMessage message;
    *message.mutable_progress()->mutable_fence() = FenceOf(running.task);
    *message.mutable_progress()->mutable_progress() = ProgressAt(++running.step);
    link_->Send(std::move(message));
  }
  loop_.After(kProgressEvery, [this] { ReportProgress(); });
}

SimulatedWorker::Running* SimulatedWorker::Find(const v1::Fence& fence) {
  const auto found = std::find_if(running_.begin(), running_.end(), [&](const Running& running) {
    return SameFence(FenceOf(running.task), fence);
  });
  return found == running_.end() ? nullptr : &*found;
}

void SimulatedWorker::End(const v1::Fence& fence, v1::TaskFinished finished) {
  std::erase_if(running_, [&](const Running& running) { return SameFence(FenceOf(running.task), fence); });
  *finished.mutable_fence() = fence;
  v1::WorkerMessage message;
  *message.mutable_finished() = std::move(finished);
  link_->Send(std::move(message));
  link_->SendHeartbeat();  // as the agent does: this worker is free again
}

void SimulatedWorker::Fail(const v1::Fence& fence, v1::TaskFailure::Reason reason) {
  v1::TaskFinished finished;
  finished.mutable_failure()->set_reason(reason);
  End(fence, std::move(finished));
}

}  // namespace rad
