#include "worker/tasks/progress_pace.h"

namespace rad {

void ProgressPace::Update(const TaskProgress& progress, absl::Time now) {
  if (progress.phase != latest_.phase || progress.unit != latest_.unit) rate_ = Rate();
  rate_.Observe(progress.done, now);
  latest_ = progress;
  any_ = fresh_ = true;
}

std::optional<absl::Time> ProgressPace::Due() const {
  if (!any_) return std::nullopt;
  return sent_ + (fresh_ ? kLeast : kMost);
}

v1::Progress ProgressPace::Take(absl::Time now, std::int64_t rss_bytes) {
  rate_.Observe(latest_.done, now);  // time passes for a task that stands still
  fresh_ = false;
  sent_ = now;
  v1::Progress message;
  message.set_phase(latest_.phase);
  message.set_done(latest_.done);
  message.set_total(latest_.total);
  message.set_unit(latest_.unit);
  message.set_rate_per_second(rate_.per_second());
  message.set_eta_seconds(rate_.EtaSeconds(latest_.total));
  message.set_step(static_cast<std::uint64_t>(latest_.step));
  message.set_tokens(static_cast<std::uint64_t>(latest_.tokens));
  message.set_heads_scored(static_cast<std::uint64_t>(latest_.heads_scored));
  message.set_compute_seconds(latest_.compute_seconds);
  for (const auto& [term, loss] : latest_.losses) (*message.mutable_losses())[term] = loss;
  for (const auto& [kind, bytes] : latest_.memory_bytes) {
    (*message.mutable_memory_bytes())[kind] = static_cast<std::uint64_t>(bytes);
  }
  (*message.mutable_memory_bytes())["rss"] = static_cast<std::uint64_t>(rss_bytes);
  return message;
}

}  // namespace rad
