#include "worker/tools/bench/step_race.h"

#include "absl/strings/str_cat.h"
#include "worker/tools/bench/peak_memory.h"

namespace rad {

absl::Status StepRace::Run(int turns) {
  PeakMemoryBytesAndReset();
  absl::Status status = peer_ != nullptr ? peer_->Ask("memory").status() : absl::OkStatus();
  status.Update(Turn(0));  // of both, for the memory that they will keep
  ours_ = peers_ = {};
  gemm_.Forget();
  for (int turn = 1; status.ok() && turn <= turns; ++turn) status.Update(Turn(turn));
  return status;
}

absl::Status StepRace::Emit(const std::string& suffix, const EmitRow& emit) const {
  const auto peak = static_cast<double>(PeakMemoryBytesAndReset());
  const auto tokens = static_cast<double>(steps_.batches[0].ids.numel());
  const double speed = tokens / ours_.Mean(), share = steps_.flops / ours_.Mean() / gemm_.Flops();
  emit({absl::StrCat(steps_.name, "_gemm_share", suffix), share, "ratio", gemm_.Flops() / 1e9, share});
  if (peer_ == nullptr) {
    emit({absl::StrCat(steps_.name, "_tokens_per_second", suffix), speed, "tokens/s", {}, {}});
    emit({absl::StrCat(steps_.name, "_memory", suffix), peak / (1 << 20), "MiB", {}, {}});
    return absl::OkStatus();
  }
  const auto peer_peak = peer_->Ask("memory");
  if (!peer_peak.ok()) return peer_peak.status();
  const double peer_speed = tokens / peers_.Mean();
  emit({absl::StrCat(steps_.name, "_vs_eager", suffix), speed, "tokens/s", peer_speed, speed / peer_speed});
  emit({absl::StrCat(steps_.name, "_memory_share", suffix), peak / (1 << 20), "MiB", *peer_peak / (1 << 20),
        peak / *peer_peak});
  return absl::OkStatus();
}

absl::Status StepRace::Turn(int turn) {
  gemm_.Measure();
  const BatchTensors& batch = steps_.batches[static_cast<std::size_t>(turn) % steps_.batches.size()];
  ours_.Add(Seconds([&] { steps_.train(batch, turn + 1); }));  // step 0 differs: no heads are left out
  if (peer_ == nullptr) return absl::OkStatus();
  const auto seconds = peer_->RunOnceSeconds();
  if (seconds.ok()) peers_.Add(*seconds);
  return seconds.status();
}

}  // namespace rad
