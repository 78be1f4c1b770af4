// timeline.h: what is to happen when, in virtual time: nobody waits for it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "absl/time/time.h"

namespace rad {

class Timeline {
 public:
  using Event = std::function<void()>;

  absl::Duration now() const { return now_; }
  void After(absl::Duration delay, Event event);
  // Lets the next event happen; false when none is due by `end`, where time then stands.
  bool Step(absl::Duration end);

 private:
  absl::Duration now_;
  std::uint64_t next_ = 0;
  std::map<std::pair<absl::Duration, std::uint64_t>, Event> events_;
};

// The events of one owner: none of them happens once it is gone.
class Agenda {
 public:
  explicit Agenda(Timeline& timeline) : timeline_(&timeline) {}
  void After(absl::Duration delay, Timeline::Event event) {
    timeline_->After(delay, [alive = std::weak_ptr<bool>(alive_), event = std::move(event)] {
      if (alive.lock() != nullptr) event();
    });
  }
  void Clear() { alive_ = std::make_shared<bool>(true); }
  // Expires with the events.
  std::weak_ptr<bool> alive() const { return alive_; }

 private:
  Timeline* timeline_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rad
