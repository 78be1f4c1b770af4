#include "worker/distill/training_checkpoint.h"

#include <ATen/core/grad_mode.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "worker/distill/restore_tensors.h"

namespace rad {
namespace {

constexpr char kFileName[] = "training.safetensors";

absl::Status Save(TaskHost& host, const std::vector<NamedTensor>& state, std::int64_t steps_done,
                  std::optional<double> loss) {
  const std::filesystem::path folder = host.Scratch() / absl::StrCat("checkpoint-", steps_done);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot make ", folder.string(), ": ", error.message()));
  }
  absl::Status status =
      WriteTensorFile(folder / kFileName, state, {{"steps_done", absl::StrCat(steps_done)}});
  if (status.ok()) status = host.SaveCheckpoint(folder, steps_done, loss);
  std::filesystem::remove_all(folder,
                              error);  // the host has its copy, and the scratch folder goes with the attempt
  if (!absl::IsResourceExhausted(status)) return status;
  std::fprintf(stderr,
               "NO ROOM for the checkpoint after step %lld, training goes on with the one before it: %s\n",
               static_cast<long long>(steps_done), std::string(status.message()).c_str());
  return absl::OkStatus();
}

}  // namespace

absl::Status TrainingCheckpoints::Start(std::int64_t steps_done, std::optional<double> loss) {
  if (absl::Status earlier = Finish(); !earlier.ok()) return earlier;
  const at::NoGradGuard no_grad;
  if (copy_.empty()) {
    for (const NamedTensor& named : state_)
      copy_.push_back({named.name, at::empty_like(named.tensor, at::TensorOptions().requires_grad(false))});
    copy_.insert(copy_.end(), at_rest_.begin(), at_rest_.end());
  }
  for (std::size_t i = 0; i < state_.size(); ++i) copy_[i].tensor.copy_(state_[i].tensor);
  // Not at a lower priority: computing threads spin while they wait for each other, so a nice thread gets
  // nothing done until the next checkpoint is due and training waits for it.
  in_flight_ = std::async(std::launch::async,
                          [this, steps_done, loss] { return Save(host_, copy_, steps_done, loss); });
  return absl::OkStatus();
}

bool TrainingCheckpoints::EndsWithin(std::chrono::seconds wait) const {
  return !in_flight_.valid() || in_flight_.wait_for(wait) == std::future_status::ready;
}

absl::Status TrainingCheckpoints::Check() {
  return EndsWithin(std::chrono::seconds(0)) ? Finish() : absl::OkStatus();
}

absl::Status TrainingCheckpoints::Finish() {
  return in_flight_.valid() ? in_flight_.get() : absl::OkStatus();
}

absl::StatusOr<std::int64_t> RestoreTrainingCheckpoint(TaskHost& host,
                                                       const std::vector<NamedTensor>& state) {
  absl::StatusOr<std::optional<TaskCheckpoint>> latest = host.LatestCheckpoint();
  if (!latest.ok()) return latest.status();
  if (!latest->has_value()) return 0;
  absl::StatusOr<TensorFile> file = ReadTensorFile((*latest)->folder / kFileName);
  if (!file.ok()) return file.status();
  if (absl::Status copied = RestoreTensors(*file, state); !copied.ok()) return copied;
  return (*latest)->step;
}

}  // namespace rad
