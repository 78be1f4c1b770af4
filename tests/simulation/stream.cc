#include "tests/simulation/stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/task_attempts.h"

namespace rad {
namespace {

constexpr absl::Duration kNoticedWithin = absl::Seconds(6);

absl::Status Broken() { return absl::UnavailableError("the connection broke"); }

}  // namespace

Stream::Stream(World& world, CoordinatorHost& host, Wire& wire, std::string worker, StreamEvents events)
    : world_(world),
      host_(host),
      wire_(wire),
      worker_(std::move(worker)),
      events_(std::move(events)),
      life_(host.lives()) {}

std::shared_ptr<Stream> Stream::Open(World& world, CoordinatorHost& host, Wire& wire, std::string worker,
                                     StreamEvents events) {
  std::shared_ptr<Stream> stream(new Stream(world, host, wire, std::move(worker), std::move(events)));
  if (!host.up()) stream->Break();
  return stream;
}

void Stream::Write(v1::WorkerMessage message) {
  if (!client_open_) return;
  if (world_.dice.Chance(world_.weather.message_lost)) {
    world_.trace.Count("messages to the coordinator lost", absl::StrCat(worker_, ": its stream breaks"));
    return Break();
  }
  Arrive([self = shared_from_this(), message = std::move(message)](Coordinator& coordinator) {
    self->Take(coordinator, message);
  });
}

void Stream::Arrive(std::function<void(Coordinator&)> at_coordinator) {
  last_up_ = std::max(last_up_, world_.timeline.now() + wire_.DelayUp());
  world_.timeline.After(last_up_ - world_.timeline.now(), [self = shared_from_this(),
                                                           at_coordinator = std::move(at_coordinator)] {
    if (self->world_.timeline.now() > self->up_cut_) return;
    if (!self->has_server()) return self->BreakDown();
    self->host_.Do([&](Coordinator& coordinator, auto&) { at_coordinator(coordinator); });
  });
}

void Stream::Take(Coordinator& coordinator, const v1::WorkerMessage& message) {
  // One that was being read as its session ended is passed on all the same.
  if (!server_open_ && world_.dice.Chance(0.5)) return;
  if (!client_open_) world_.trace.Count("messages after their stream's end");
  if (message.has_finished()) world_.model.Delivered(worker_, message.finished());
  absl::Status status;
  if (worker_id_.empty() && server_open_)
    status = coordinator.Attach(message.worker_id(), shared_from_this());
  if (status.ok()) worker_id_ = message.worker_id();
  try {
    if (status.ok()) status = coordinator.Receive(message, this);
  } catch (const Death&) {  // of no lease is known now: all of them begin again
    world_.model.Heard(worker_, world_.timeline.now());
    throw;
  }
  if (status.ok()) return world_.model.Heard(worker_, world_.timeline.now());
  if (!server_open_) return;
  Close(status);
  EndServerSide(coordinator, false);
}

void Stream::EndServerSide(Coordinator& coordinator, bool departed) {
  server_open_ = false;
  if (!worker_id_.empty()) coordinator.Detach(worker_id_, this, departed);
}

void Stream::Finish() {
  if (!client_open_) return;
  Arrive([self = shared_from_this()](Coordinator& coordinator) {
    if (!self->server_open_) return;
    self->EndServerSide(coordinator, true);
    self->Close(absl::OkStatus());
  });
}

void Stream::Cancel() {
  events_ = {.directive = [](const v1::Directive&) {}, .ended = [](const absl::Status&) {}};
  if (client_open_) Break();
}

void Stream::Send(const v1::Directive& directive) {
  world_.model.Sent(worker_, directive);
  if (!directive.has_renewed()) {
    world_.trace.Tell(absl::StrCat("-> ", worker_, ": ", directive.ShortDebugString().substr(0, 100)));
  }
  if (directive.has_start()) starts_under_way_.push_back(FenceOf(directive.start()));
  if (!client_open_) return DropStarts();
  if (world_.dice.Chance(world_.weather.message_lost)) {
    world_.trace.Count("messages to workers lost", absl::StrCat(worker_, ": its stream breaks"));
    return Break();
  }
  ArriveDown([self = shared_from_this(), directive] {
    if (directive.has_start()) self->starts_under_way_.erase(self->starts_under_way_.begin());
    self->events_.directive(directive);
  });
}

void Stream::Close(const absl::Status& status) {
  server_open_ = false;
  ArriveDown([self = shared_from_this(), status] {
    self->client_open_ = false;
    self->events_.ended(status);
  });
}

void Stream::ArriveDown(std::function<void()> at_worker) {
  last_down_ = std::max(last_down_, world_.timeline.now() + wire_.DelayDown());
  world_.timeline.After(last_down_ - world_.timeline.now(),
                        [self = shared_from_this(), at_worker = std::move(at_worker)] {
                          if (self->client_open_) at_worker();
                        });
}

void Stream::DropStarts() {
  for (const v1::Fence& fence : std::exchange(starts_under_way_, {})) world_.model.Dropped(worker_, fence);
}

void Stream::BreakDown() {
  if (!std::exchange(client_open_, false)) return;
  DropStarts();
  world_.timeline.After(world_.dice.Within(absl::ZeroDuration(), kNoticedWithin),
                        [self = shared_from_this()] { self->events_.ended(Broken()); });
}

void Stream::Break() {
  BreakDown();
  // Some of what is under way still arrives.
  up_cut_ = world_.timeline.now() + world_.dice.Within(absl::ZeroDuration(), absl::Seconds(2));
  world_.timeline.After(world_.dice.Within(absl::Seconds(2), kNoticedWithin), [self = shared_from_this()] {
    if (!self->has_server() || !self->server_open_) return;
    self->host_.Do([&](Coordinator& coordinator, auto&) { self->EndServerSide(coordinator, false); });
  });
}

}  // namespace rad
