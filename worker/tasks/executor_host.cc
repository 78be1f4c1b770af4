#include "worker/tasks/executor_host.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/failpoint.h"
#include "worker/wire/fence.h"
#include "worker/wire/monotonic.h"

namespace rad {
namespace {

namespace fs = std::filesystem;

// Some jobs' worth of inputs; a worker's disk is not the store.
constexpr std::uint64_t kCacheBytes = std::uint64_t{8} << 30;
// Rides along in every checkpoint, so that the time of attempts that contributed is not forgotten.
constexpr char kSecondsFile[] = "seconds_spent";

// The store sets aside what it finds damaged, and then names the one before.
constexpr int kMaxDamagedCheckpoints = 8;

absl::Status WriteSeconds(const fs::path& folder, double seconds) {
  std::ofstream out(folder / kSecondsFile);
  out << seconds << "\n";
  out.close();
  if (out) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("cannot write into ", folder.string(), ": is the disk full?"));
}

double ReadSeconds(const fs::path& folder) {
  double seconds = 0;
  std::ifstream(folder / kSecondsFile) >> seconds;
  return seconds;
}

}  // namespace

ExecutorHost::ExecutorHost(const v1::Task& task, const std::shared_ptr<grpc::Channel>& channel,
                           std::string address, HostFolders folders, Reporter& reporter, HostSignals signals)
    : task_(task),
      folders_(std::move(folders)),
      reporter_(reporter),
      signals_(std::move(signals)),
      client_(channel, FenceOf(task), RetryPolicy{.stop = signals_.stop}),
      address_(std::move(address)),
      rendezvous_(channel, FenceOf(task), RetryPolicy{.stop = signals_.stop}),
      cache_(folders_.cache, kCacheBytes),
      begin_(MonotonicNow()) {
  std::error_code error;  // shows, with a path, at the first file written there
  fs::create_directories(Scratch(), error);
  fs::create_directories(Output(), error);
}

absl::StatusOr<fs::path> ExecutorHost::Input(std::string_view name) {
  for (const v1::Input& input : task_.inputs()) {
    if (input.name() == name) return cache_.Get(input.artifact_id(), client_);
  }
  return absl::NotFoundError(absl::StrCat("the task has no input '", std::string(name), "'"));
}

absl::Status ExecutorHost::SaveCheckpoint(const fs::path& folder, std::int64_t step,
                                          std::optional<double> loss) {
  if (absl::Status written = WriteSeconds(folder, Seconds()); !written.ok()) return written;
  v1::Manifest manifest = Header(v1::Manifest::CHECKPOINT);
  manifest.set_step(static_cast<std::uint64_t>(step));
  if (loss) manifest.set_loss(*loss);
  absl::Status saved = client_.Upload(folder, std::move(manifest)).status();
  Failpoint("executor_checkpoint_saved");
  return saved;
}

absl::StatusOr<std::optional<TaskCheckpoint>> ExecutorHost::LatestCheckpoint() {
  const fs::path folder = folders_.attempt / "checkpoint";
  absl::Status damaged;
  for (int tries = 0; tries < kMaxDamagedCheckpoints; ++tries) {
    const auto manifest = client_.LatestCheckpoint(task_.digest());
    if (!manifest.ok()) return manifest.status();
    if (!manifest->has_value()) return std::nullopt;
    std::error_code error;
    fs::remove_all(folder, error);
    const absl::Status fetched = client_.Download(**manifest, folder);
    if (fetched.ok()) {
      earlier_seconds_ = ReadSeconds(folder);
      return TaskCheckpoint{folder, static_cast<std::int64_t>((*manifest)->step())};
    }
    if (!absl::IsDataLoss(fetched)) return fetched;
    std::fprintf(stderr, "the checkpoint of step %llu cannot be used, looking for the one before: %s\n",
                 static_cast<unsigned long long>((*manifest)->step()),
                 std::string(fetched.message()).c_str());
    damaged = fetched;
  }
  return damaged;
}

int ExecutorHost::CheckpointEverySteps() const { return static_cast<int>(task_.checkpoint().every_steps()); }

GangSeat ExecutorHost::Seat() {
  return {.rank = static_cast<int>(task_.rank()),
          .world_size = static_cast<int>(std::max(1u, task_.world_size())),
          .batch_parts = static_cast<int>(std::max(1u, task_.batch_parts())),
          .address = address_,
          .meeting = &rendezvous_};
}

absl::StatusOr<std::string> ExecutorHost::Publish() {
  if (fs::is_empty(Output())) return std::string();
  return client_.Upload(Output(), Header(v1::Manifest::OUTPUT));
}

double ExecutorHost::Seconds() const {
  return earlier_seconds_ + absl::ToDoubleSeconds(MonotonicNow() - begin_);
}

v1::Manifest ExecutorHost::Header(v1::Manifest::Kind kind) const {
  v1::Manifest manifest;
  manifest.set_kind(kind);
  manifest.set_job_id(task_.job_id());
  manifest.set_stage(task_.stage());
  manifest.set_task_digest(task_.digest());
  return manifest;
}

}  // namespace rad
