#include "worker/distill/training_checkpoint.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "worker/distill/restore_tensors.h"

namespace rad {
namespace {

constexpr char kFileName[] = "training.safetensors";

}  // namespace

absl::Status SaveTrainingCheckpoint(TaskHost& host, const std::vector<NamedTensor>& state,
                                    std::int64_t steps_done) {
  const std::filesystem::path folder = host.Scratch() / absl::StrCat("checkpoint-", steps_done);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot make ", folder.string(), ": ", error.message()));
  }
  absl::Status status =
      WriteTensorFile(folder / kFileName, state, {{"steps_done", absl::StrCat(steps_done)}});
  if (status.ok()) status = host.SaveCheckpoint(folder, steps_done);
  std::filesystem::remove_all(folder,
                              error);  // the host has its copy, and the scratch folder goes with the attempt
  return status;
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
