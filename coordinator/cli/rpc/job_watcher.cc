#include "coordinator/cli/rpc/job_watcher.h"

#include <algorithm>
#include <optional>

#include "coordinator/cli/rpc/event_stream.h"
#include "coordinator/cli/view/progress_view.h"

namespace rad::cli {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(200);  // between two looks at Ctrl-C
constexpr absl::Duration kStatusEvery = absl::Seconds(1);  // events come only when something happens
constexpr absl::Duration kLastEvents = absl::Seconds(2);
constexpr absl::Duration kBeforeReconnect = absl::Milliseconds(500);

class Watch {
 public:
  Watch(CoordinatorClient& client, const WatchOptions& options) : client_(client), options_(options) {}

  absl::StatusOr<v1::JobStatus> Run() {
    Poll();
    if (!last_error_.ok() && !status_)
      return last_error_;  // at the start nothing is lost by saying so at once
    while (!Done()) {
      TakeEvents();
      if (absl::Now() >= poll_at_) Poll();
      if (!last_error_.ok() && !IsTransient(last_error_)) return last_error_;
      if (!last_error_.ok() && absl::Now() - last_contact_ > options_.patience) return last_error_;
    }
    TakeLastEvents();
    return *status_;
  }

 private:
  static bool IsTransient(const absl::Status& status) {
    return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status);
  }

  bool Done() const {
    return IsTerminal(status_->state()) || options_.interrupted() || absl::Now() >= options_.deadline;
  }

  void Open() {
    v1::WatchRequest request;
    request.set_job_id(options_.job_id);
    request.set_after_sequence(after_sequence_);
    stream_.emplace([&](grpc::ClientContext* context) { return client_.jobs().Watch(context, request); });
  }

  void TakeEvents() {
    if (!stream_ && !ended_well_ && absl::Now() >= reconnect_at_) Open();
    if (!stream_) {
      absl::SleepFor(kTick);
      return;
    }
    for (const v1::Event& event : stream_->Take(kTick)) Show(event);
    if (const auto ended = stream_->Ended()) {
      poll_at_ = absl::InfinitePast();
      stream_.reset();
      reconnect_at_ = absl::Now() + kBeforeReconnect;
      ended_well_ = ended->ok();
      if (!ended_well_) last_error_ = client_.Explain(*ended);
    }
  }

  // The status may be terminal by a poll while the events that tell why are still on their way.
  void TakeLastEvents() {
    if (!IsTerminal(status_->state())) return;
    const absl::Time until = absl::Now() + kLastEvents;
    while (!ended_well_ && absl::Now() < until) TakeEvents();
  }

  void Show(const v1::Event& event) {
    if (event.sequence() <= after_sequence_) return;
    after_sequence_ = event.sequence();
    options_.on_event(event);
    // Events of the past carry the status of the past: the present one is asked for, not more often than a
    // tick.
    poll_at_ = std::min(poll_at_, polled_at_ + kTick);
  }

  void Show(const v1::JobStatus& status) {
    status_ = status;
    last_contact_ = absl::Now();
    last_error_ = absl::OkStatus();
    options_.on_status(status);
  }

  void Poll() {
    v1::GetRequest request;
    request.set_job_id(options_.job_id);
    polled_at_ = absl::Now();
    poll_at_ = polled_at_ + kStatusEvery;
    if (auto status = client_.Call(&Jobs::Get, request); status.ok()) {
      Show(*status);
      if (!IsTerminal(status->state())) ended_well_ = false;  // a coordinator that stops ends its streams too
    } else {
      last_error_ = status.status();
    }
  }

  CoordinatorClient& client_;
  const WatchOptions& options_;
  std::optional<EventStream<v1::Event>> stream_;
  std::optional<v1::JobStatus> status_;
  std::uint64_t after_sequence_ = 0;
  bool ended_well_ = false;  // the server has sent the job's last event
  absl::Status last_error_;
  absl::Time last_contact_ = absl::Now();
  absl::Time reconnect_at_ = absl::InfinitePast();
  absl::Time polled_at_ = absl::InfinitePast();
  absl::Time poll_at_ = absl::InfinitePast();
};

}  // namespace

absl::StatusOr<v1::JobStatus> WatchJob(CoordinatorClient& client, const WatchOptions& options) {
  return Watch(client, options).Run();
}

}  // namespace rad::cli
