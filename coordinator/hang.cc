#include "coordinator/hang.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

// Of the newest interval in the usual step: some ten of them decide.
constexpr double kNewest = 0.1;

bool SamePlace(const v1::Progress& a, const v1::Progress& b) {
  return a.phase() == b.phase() && a.done() == b.done() && a.step() == b.step() && a.tokens() == b.tokens() &&
         a.heads_scored() == b.heads_scored();
}

std::string Seconds(absl::Duration time) {
  return absl::StrCat(static_cast<std::int64_t>(absl::ToDoubleSeconds(time) + 0.5), " s");
}

}  // namespace

void HangWatch::Hear(absl::Duration now, absl::Duration longest_silence) {
  if (heard_at_ && now - *heard_at_ <= longest_silence) still_ += now - *heard_at_;
  heard_at_ = now;
}

void HangWatch::Observe(const v1::Progress& progress) {
  if (last_ && SamePlace(*last_, progress)) return;
  if (last_ && last_->phase() == progress.phase()) {
    Learn(still_);
  } else {
    step_.reset();
  }
  last_ = progress;
  still_ = absl::ZeroDuration();
}

void HangWatch::Learn(absl::Duration step) { step_ = step_ ? *step_ * (1 - kNewest) + step * kNewest : step; }

std::optional<absl::Duration> HangWatch::UsualStep() const {
  const bool all_done = last_ && last_->total() > 0 && last_->done() >= last_->total();
  return all_done ? std::nullopt : step_;
}

std::string HangWatch::Hung() const {
  if (patience_ == absl::ZeroDuration()) return "";
  const std::optional<absl::Duration> step = UsualStep();
  const absl::Duration most = step ? std::max(patience_, kUsualSteps * *step) : kUnknownFactor * patience_;
  if (still_ <= most) return "";
  const std::string phase =
      last_ && !last_->phase().empty() ? absl::StrCat(" in \"", last_->phase(), "\"") : "";
  return absl::StrCat("no progress", phase, " for ", Seconds(still_), ", more than ", Seconds(most),
                      step ? "" : " while its usual step is not known", "; spec.failure.hang_seconds is ",
                      Seconds(patience_));
}

}  // namespace rad
