// wire.h: the way between one machine and the coordinator's. What is on it takes a while; while it is cut, it
// takes until it is not.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "tests/simulation/coordinator_host.h"

namespace rad {

class Wire {
 public:
  Wire(World& world, CoordinatorHost& host) : world_(world), host_(host) {}

  // Until what is sent now arrives.
  absl::Duration DelayUp() { return Delay(up_cut_until_); }
  absl::Duration DelayDown() { return Delay(down_cut_until_); }
  void CutUp(absl::Duration time) { up_cut_until_ = world_.timeline.now() + time; }
  void CutDown(absl::Duration time) { down_cut_until_ = world_.timeline.now() + time; }

  // A call of its own, outside of any stream: it may be lost, or its answer, and it may be done twice, the
  // second time long after. `answered` comes at once if it comes, so guard it by an Agenda.
  template <typename Answer>
  void Call(std::function<absl::StatusOr<Answer>(Coordinator&, ArtifactServiceImpl&)> request,
            std::function<void(absl::StatusOr<Answer>)> answered) {
    if (world_.dice.Chance(world_.weather.call_repeated)) {
      world_.trace.Count("calls done twice");
      world_.timeline.After(DelayUp() * 3, [this, request] {
        host_.Do([&](Coordinator& coordinator, ArtifactServiceImpl& artifacts) {
          request(coordinator, artifacts).IgnoreError();
        });
      });
    }
    if (world_.dice.Chance(world_.weather.call_lost)) {
      world_.trace.Count("calls lost");
      return Answered<Answer>(kDeadline, std::move(answered), Lost());
    }
    const absl::Duration there = DelayUp();
    world_.timeline.After(
        there, [this, there, request = std::move(request), answered = std::move(answered)]() mutable {
          absl::StatusOr<Answer> answer = Lost();
          host_.Do([&](Coordinator& coordinator, ArtifactServiceImpl& artifacts) {
            answer = request(coordinator, artifacts);
          });
          const bool late = there > kDeadline;
          if (late || world_.dice.Chance(world_.weather.call_lost)) {
            world_.trace.Count("answers lost");
            answer = Lost();
          }
          Answered<Answer>(late ? absl::ZeroDuration() : DelayDown(), std::move(answered), std::move(answer));
        });
  }

 private:
  static constexpr absl::Duration kDeadline = absl::Seconds(5);

  static absl::Status Lost() { return absl::UnavailableError("no answer"); }

  absl::Duration Delay(absl::Duration cut_until) {
    const absl::Duration cut = std::max(cut_until - world_.timeline.now(), absl::ZeroDuration());
    return cut + world_.dice.Within(absl::Milliseconds(1), world_.weather.slowest);
  }

  template <typename Answer>
  void Answered(absl::Duration delay, std::function<void(absl::StatusOr<Answer>)> answered,
                absl::StatusOr<Answer> answer) {
    world_.timeline.After(delay,
                          [answered = std::move(answered), answer = std::move(answer)] { answered(answer); });
  }

  World& world_;
  CoordinatorHost& host_;
  absl::Duration up_cut_until_, down_cut_until_;
};

}  // namespace rad
