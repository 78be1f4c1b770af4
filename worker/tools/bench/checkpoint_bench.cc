#include "worker/tools/bench/checkpoint_bench.h"

#include "worker/distill/training_run.h"
#include "worker/model/mapped_file.h"
#include "worker/model/sha256.h"
#include "worker/task_host.h"
#include "worker/tools/bench/turns.h"

namespace rad {
namespace {

constexpr int kEverySteps = 40;  // the default of a job
constexpr int kSteps = 161;

// Does with a checkpoint what a worker does before its chunks go out, and keeps it on this disk.
class FolderStore : public TaskHost {
 public:
  explicit FolderStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void Report(const TaskProgress&) override {}
  bool StopRequested() const override { return false; }
  std::filesystem::path Scratch() const override { return folder_; }
  absl::StatusOr<std::filesystem::path> Input(std::string_view) override {
    return absl::NotFoundError("no inputs");
  }
  absl::Status SaveCheckpoint(const std::filesystem::path& folder, std::int64_t,
                              std::optional<double>) override {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const auto file = MappedFile::Open(entry.path());
      if (!file.ok()) return file.status();
      Sha256 digest;
      digest.Update(file->bytes());
      std::filesystem::rename(entry.path(), folder_ / digest.Finish());
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<TaskCheckpoint>> LatestCheckpoint() override { return std::nullopt; }
  int CheckpointEverySteps() const override { return kEverySteps; }

 private:
  const std::filesystem::path folder_;
};

}  // namespace

absl::Status BenchCheckpoints(const std::filesystem::path& folder, HeadAligner& aligner,
                              const std::vector<BatchTensors>& batches, const EmitRow& emit) {
  FolderStore store(folder);
  std::vector<NamedTensor> state = aligner.Weights();
  for (NamedTensor& named : aligner.OptimizerState()) state.push_back(std::move(named));
  const TrainingPlan plan{"aligning", "align", kSteps, batches[0].ids.numel(), {}};
  absl::StatusOr<TrainingOutcome> outcome;
  const double seconds = Seconds([&] {
    outcome = RunTraining(store, plan, state, [&](std::int64_t step) -> absl::StatusOr<TrainingStep> {
      const auto& batch = batches[static_cast<std::size_t>(step) % batches.size()];
      return TrainingStep{aligner.Step(batch, 1e-4, 0, step).loss, false};
    });
  });
  if (!outcome.ok()) return outcome.status();
  emit({"checkpoint_stall_share", outcome->checkpoint_seconds / seconds, "ratio", {}, {}});
  return absl::OkStatus();
}

}  // namespace rad
