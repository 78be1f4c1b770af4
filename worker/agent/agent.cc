#include "worker/agent/agent.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/failpoint.h"
#include "proto/protocol_version.h"
#include "worker/agent/log.h"
#include "worker/agent/machine.h"
#include "worker/wire/channel.h"
#include "worker/wire/fence.h"

namespace rad {
namespace {

// Short enough for whoever follows a log, long enough that a chatty task sends few messages.
constexpr absl::Duration kLogDelay = absl::Milliseconds(200);
// Long enough to end a training step; work since the last checkpoint is lost after it.
constexpr absl::Duration kStopGrace = absl::Seconds(10);

sigset_t AgentSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, signal);
  return signals;
}

v1::RegisterRequest Registration(const AgentOptions& options, int metrics_port) {
  v1::RegisterRequest request;
  request.set_protocol_version(kProtocolVersion);
  request.set_name(options.name);
  absl::BitGen random;
  request.set_incarnation(
      absl::StrCat(absl::Hex(random(), absl::kZeroPad16), absl::Hex(random(), absl::kZeroPad16)));
  request.set_host(HostName());
  request.set_threads(options.threads);
  request.set_memory_bytes(TotalMemoryBytes());
  request.set_device("cpu");
  request.set_version(std::string(kVersion));
  request.mutable_labels()->insert(options.labels.begin(), options.labels.end());
  request.set_metrics_address(
      absl::StrCat(options.metrics.substr(0, options.metrics.rfind(':')), ":", metrics_port));
  return request;
}

}  // namespace

void BlockAgentSignals() {
  const sigset_t signals = AgentSignals();
  if (pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0) std::abort();
  signal(SIGPIPE, SIG_IGN);  // a closed stderr must not end the agent
}

Agent::Agent(const AgentOptions& options, std::unique_ptr<DataFolder> folder,
             std::unique_ptr<AgentMetrics> metrics)
    : folder_(std::move(folder)),
      metrics_(std::move(metrics)),
      attempts_(loop_, *folder_,
                {.executor = options.executor,
                 .coordinator = options.coordinator,
                 .data_folder = folder_->path(),
                 .threads = options.threads},
                {.progressed = [this] { SendProgress(); },
                 .printed = [this] { SendLogsSoon(); },
                 .finished = [this](v1::TaskFinished report,
                                    bool wanted) { Finished(std::move(report), wanted); }}),
      link_(loop_, CoordinatorChannel(options.coordinator, kSessionKeepalive),
            Registration(options, metrics_->port()),
            {.heartbeat =
                 [this] {
                   SendReports(outbox_.Overdue());
                   v1::Heartbeat heartbeat;
                   for (v1::Fence& fence : attempts_.Fences()) *heartbeat.add_running() = std::move(fence);
                   return heartbeat;
                 },
             .opened = [this] { SendReports(outbox_.Again()); },
             .directive = [this](const v1::Directive& directive) { OnDirective(directive); },
             .broken = [this] { metrics_->CountReconnect(); },
             .lease_ends = [this](absl::Duration left) { LeaseEnds(left); },
             .refused =
                 [this](const absl::Status& why) {
                   refusal_ = why;
                   ShutDown();
                 }}) {
  const sigset_t signals = AgentSignals();
  signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signal_fd_ < 0) std::abort();  // no descriptors left at start-up
  loop_.Watch(signal_fd_, [this] { OnSignal(); });
}

Agent::~Agent() { close(signal_fd_); }

absl::Status Agent::Run() {
  link_.Open();
  loop_.Run();
  return refusal_;
}

void Agent::OnSignal() {
  signalfd_siginfo info;
  while (read(signal_fd_, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCHLD) {
      attempts_.Reap();
    } else {
      ShutDown();
    }
  }
}

void Agent::OnDirective(const v1::Directive& directive) {
  if (directive.has_start()) {
    Start(directive.start());
  } else if (directive.has_stop()) {
    if (attempts_.Stop(directive.stop(), kStopGrace))
      Log(absl::StrCat("told to stop task ", directive.stop().task_id()));
  } else if (directive.has_preempt()) {
    Log(absl::StrCat("told to make room: task ", directive.preempt().task_id()));
    attempts_.AskForRoom(directive.preempt());
  } else if (directive.has_acknowledged()) {
    outbox_.Acknowledge(directive.acknowledged());
    Failpoint("agent_acknowledged");
  }
}

void Agent::Start(const v1::Task& task) {
  if (shutting_down_) return;
  if (!link_.HoldsLease()) {  // it was long on its way: others may have been given it meanwhile
    Log(absl::StrCat("task ", task.task_id(), " came after the lease had ended: not started"));
    return;
  }
  if (outbox_.Holds(FenceOf(task)))
    return SendReports(outbox_.reports());  // done before: the coordinator missed the report
  attempts_.Add(task);
  SendProgress();
}

void Agent::SendReports(const std::vector<v1::TaskFinished>& reports) {
  for (const v1::TaskFinished& report : reports) {
    v1::WorkerMessage message;
    *message.mutable_finished() = report;
    link_.Send(std::move(message));
  }
}

void Agent::SendProgress() {
  const Attempt* attempt = attempts_.running();
  if (attempt == nullptr) return;
  const v1::Task& task = attempt->task();
  metrics_->task().Set(task.job_id(), task.stage(), attempt->pid(), attempt->progress());
  if (!link_.Ready()) return;  // the next one says more
  v1::WorkerMessage message;
  *message.mutable_progress()->mutable_fence() = FenceOf(task);
  *message.mutable_progress()->mutable_progress() = attempt->progress();
  link_.Send(std::move(message));
}

void Agent::SendLogsSoon() {
  if (std::exchange(logs_due_, true)) return;
  log_timer_ = loop_.After(kLogDelay, [this] {
    logs_due_ = false;
    SendLogs();
  });
}

void Agent::SendLogs() {
  Attempt* attempt = attempts_.running();
  if (attempt == nullptr) return;
  while (!attempt->log().empty() && link_.Ready()) {
    v1::WorkerMessage message;
    *message.mutable_log()->mutable_fence() = FenceOf(attempt->task());
    for (std::string& line : attempt->log().TakeBatch()) message.mutable_log()->add_lines(std::move(line));
    link_.Send(std::move(message));
  }
  if (!attempt->log().empty()) SendLogsSoon();
}

void Agent::Finished(v1::TaskFinished report, bool wanted) {
  SendLogs();  // before the report, after which the coordinator takes no more of this attempt
  const std::string outcome(OutcomeName(report));
  Log(absl::StrCat("task ", report.fence().task_id(), " ", outcome, report.has_failure() ? ": " : "",
                   report.failure().message()));
  metrics_->CountExit(outcome);
  metrics_->task().Clear();
  if (wanted) outbox_.Add(report);
  v1::WorkerMessage message;
  *message.mutable_finished() = std::move(report);
  link_.Send(std::move(message));
  if (shutting_down_) loop_.Post([this] { EndWhenIdle(); });
  loop_.Post([this] { link_.SendHeartbeat(); });  // once the queue knows: this worker is free again
}

void Agent::LeaseEnds(absl::Duration left) {
  metrics_->CountLeaseLost();
  if (attempts_.empty()) return;
  Log("no word from the coordinator for nearly a whole lease: stopping, as others will be given these tasks");
  attempts_.StopAll(left);
}

void Agent::ShutDown() {
  if (std::exchange(shutting_down_, true)) return;
  Log("shutting down");
  attempts_.StopAll(kStopGrace);
  EndWhenIdle();
}

void Agent::EndWhenIdle() {
  if (!attempts_.empty() || std::exchange(closing_, true)) return;
  link_.Close([this] { loop_.Quit(); });
}

}  // namespace rad
