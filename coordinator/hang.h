// hang.h: whether a running attempt still gets on. Pure: `now` is given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "rad/v1/progress.pb.h"

namespace rad {

// Watches what one attempt reports of itself. That a message comes says nothing, as an executor sends one
// every second whatever it does: the attempt has moved when the numbers or the phase in it are others than
// before.
//
// Time counts only between two messages of its worker that came soon after one another, so that nothing is
// held against a task while its worker, the connection or the coordinator was away: that is the lease's
// matter.
//
// How long it may stand still: `patience`, or kUsualSteps times its usual step where that is longer. The
// usual step is learnt from the intervals between its moves within a phase. Where there are none to learn
// from, before the second report of a phase's numbers, in phases without any (loading a teacher, calibrating
// heads, meeting the other ranks), and once all of a phase is done (publishing), it may stand kUnknownFactor
// times `patience`.
class HangWatch {
 public:
  static constexpr int kUsualSteps = 5;
  static constexpr int kUnknownFactor = 10;

  // One that never finds anything.
  HangWatch() = default;
  // `patience` 0: likewise.
  explicit HangWatch(absl::Duration patience) : patience_(patience) {}

  // Its worker sent something. Silences above `longest_silence` do not count.
  void Hear(absl::Duration now, absl::Duration longest_silence);
  // Whatever the time until the next message, it does not count.
  void LoseSight() { heard_at_.reset(); }
  // What the worker sent, and was heard with, is progress.
  void Observe(const v1::Progress& progress);

  // Why the attempt is to be given up; empty: it is not.
  std::string Hung() const;

 private:
  void Learn(absl::Duration step);
  std::optional<absl::Duration> UsualStep() const;

  absl::Duration patience_;
  std::optional<absl::Duration> heard_at_;
  absl::Duration still_;                // counted since the last move
  std::optional<absl::Duration> step_;  // smoothed, of this phase
  std::optional<v1::Progress> last_;
};

}  // namespace rad
