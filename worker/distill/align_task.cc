#include "worker/distill/align_task.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "worker/data/training_data.h"
#include "worker/distill/aligned_heads.h"
#include "worker/distill/check_training.h"
#include "worker/distill/head_aligner.h"
#include "worker/distill/join_gang.h"
#include "worker/distill/learning_rate.h"
#include "worker/distill/teacher_files.h"
#include "worker/distill/training_run.h"

namespace rad {
namespace {

constexpr int kCalibrationSequences = 8;

struct AlignRun {
  const AlignTask& task;
  const TeacherFiles& teacher;
  const TrainingData& data;
  TaskHost& host;
  Collective* collective;

  // Brings every rank's layers to rank 0.
  void Gather(const HeadAligner& aligner, const at::Tensor& losses) const {
    const int world_size = collective->world_size();
    const auto layers = static_cast<int>(teacher.model.config.layers);
    const auto share = [&](int rank) { return LayersOf(rank, world_size, layers); };
    // A rank's loss is the mean over its own layers.
    const auto weighted = [&](const at::Tensor& loss, int rank) {
      return loss * (static_cast<double>(share(rank).end - share(rank).begin) / layers);
    };
    const int rank = collective->rank();
    if (rank > 0) {
      for (const NamedTensor& named : aligner.StateOf(share(rank)))
        collective->Send(named.tensor.detach(), 0);
      collective->Send(losses.contiguous(), 0);
      return;
    }
    at::Tensor total = weighted(losses, 0);
    for (int other = 1; other < world_size; ++other) {
      for (const NamedTensor& named : aligner.StateOf(share(other)))
        collective->Receive(named.tensor.detach(), other);
      const at::Tensor theirs = at::empty_like(losses);
      collective->Receive(theirs, other);
      total += weighted(theirs, other);
    }
    losses.copy_(total);
  }

  absl::StatusOr<TrainingOutcome> Train(HeadAligner& aligner, const LearningRateSchedule& schedule) const {
    const std::vector<NamedTensor> weights = aligner.Weights(), optimizer = aligner.OptimizerState();
    std::vector<NamedTensor> state = weights;
    state.insert(state.end(), optimizer.begin(), optimizer.end());
    TrainingPlan plan{
        "aligning heads", "align", schedule.steps, task.batch_sequences * task.data.sequence_tokens, {}};
    plan.memory_bytes["weights"] = WeightBytes(teacher.model) + TensorBytes(weights);
    plan.memory_bytes["optimizer"] = TensorBytes(optimizer);
    plan.collective = collective;
    if (collective != nullptr) plan.gather = [&](const at::Tensor& losses) { Gather(aligner, losses); };
    return RunTraining(host, plan, state, [&](std::int64_t step) -> absl::StatusOr<TrainingStep> {
      absl::StatusOr<TrainingBatch> batch = data.Batch(DataStream::kAlign, step, task.batch_sequences);
      if (!batch.ok()) return batch.status();
      const AlignStep result =
          aligner.Step(ToTensors(*batch), LearningRateAt(schedule, step), task.data.seed, step);
      return TrainingStep{result.relative_error, result.skipped_layers > 0};
    });
  }
};

}  // namespace

absl::StatusOr<AlignReport> RunAlignTask(const AlignTask& task, TaskHost& host,
                                         const std::filesystem::path& output) {
  if (absl::Status status = CheckTraining("align", task.tokens, task.learning_rate, task.batch_sequences);
      !status.ok()) {
    return status;
  }
  absl::StatusOr<TeacherFiles> teacher = LoadTeacherFiles(task.teacher, host);
  if (!teacher.ok()) return teacher.status();
  if (absl::Status status = CheckStateDim(task.state_dim, teacher->model.config); !status.ok()) return status;
  absl::StatusOr<TrainingData> data = TrainingData::Open(task.data, *teacher->tokenizer);
  if (!data.ok()) return data.status();
  absl::StatusOr<TrainingBatch> calibration = data->Batch(DataStream::kCalibrate, 0, kCalibrationSequences);
  if (!calibration.ok()) return calibration.status();

  host.Report({.phase = "calibrating heads"});
  const GangSeat seat = host.Seat();
  const auto layers = static_cast<int>(teacher->model.config.layers);
  HeadAligner aligner(teacher->model, task.state_dim, ToTensors(*calibration),
                      LayersOf(seat.rank, seat.world_size, layers));
  const std::unique_ptr<Collective> collective = JoinGang(host);
  const std::int64_t step_tokens = task.batch_sequences * task.data.sequence_tokens;
  const LearningRateSchedule schedule{.peak = task.learning_rate,
                                      .steps = StepsFor(task.tokens, step_tokens)};
  absl::StatusOr<TrainingOutcome> outcome =
      AlignRun{task, *teacher, *data, host, collective.get()}.Train(aligner, schedule);
  if (!outcome.ok()) return outcome.status();
  absl::Status written;
  if (seat.rank == 0) written = WriteAlignedHeads(output, {teacher->digest, aligner.mixers()});
  if (!written.ok()) return written;
  return AlignReport{outcome->steps * step_tokens, outcome->first_loss, outcome->last_loss};
}

}  // namespace rad
