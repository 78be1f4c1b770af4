#include "worker/distill/align_task.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "absl/strings/str_cat.h"
#include "worker/data/training_data.h"
#include "worker/distill/aligned_heads.h"
#include "worker/distill/check_training.h"
#include "worker/distill/head_aligner.h"
#include "worker/distill/init_heads.h"
#include "worker/distill/join_gang.h"
#include "worker/distill/join_student.h"
#include "worker/distill/layer_aligner.h"
#include "worker/distill/learning_rate.h"
#include "worker/distill/open_training_data.h"
#include "worker/distill/teacher_files.h"
#include "worker/distill/training_run.h"
#include "worker/model/student_file.h"

namespace rad {
namespace {

// Brings every rank's layers to rank 0.
void GatherLayers(Collective& collective, const HeadAligner& aligner, int layers, const at::Tensor& losses) {
  const int rank = collective.rank(), world_size = collective.world_size();
  const auto share = [&](int of) { return LayersOf(of, world_size, layers); };
  if (rank > 0) {
    for (const NamedTensor& named : aligner.StateOf(share(rank))) collective.Send(named.tensor.detach(), 0);
    collective.Send(losses.contiguous(), 0);
    return;
  }
  // A rank's loss is the mean over its own layers.
  const auto weighted = [&](const at::Tensor& loss, int of) {
    return loss * (static_cast<double>(share(of).end - share(of).begin) / layers);
  };
  at::Tensor total = weighted(losses, 0);
  for (int other = 1; other < world_size; ++other) {
    for (const NamedTensor& named : aligner.StateOf(share(other)))
      collective.Receive(named.tensor.detach(), other);
    const at::Tensor theirs = at::empty_like(losses);
    collective.Receive(theirs, other);
    total += weighted(theirs, other);
  }
  losses.copy_(total);
}

// What RunTraining needs to know of a gang; empty when the worker is alone.
struct GangTraining {
  Collective* collective = nullptr;
  std::function<void(const at::Tensor& losses)> gather;  // as in TrainingPlan
};

struct AlignRun {
  const AlignTask& task;
  const TeacherFiles& teacher;
  const TrainingData& data;
  TaskHost& host;

  template <typename Aligner>
  absl::StatusOr<TrainingOutcome> Train(Aligner& aligner, const LearningRateSchedule& schedule,
                                        const GangTraining& gang) const {
    const std::vector<NamedTensor> weights = aligner.Weights(), optimizer = aligner.OptimizerState();
    std::vector<NamedTensor> state = weights;
    state.insert(state.end(), optimizer.begin(), optimizer.end());
    TrainingPlan plan{
        "aligning heads", "align", schedule.steps, task.batch_sequences * task.data.sequence_tokens, {}};
    plan.memory_bytes["weights"] = WeightBytes(teacher.model) + TensorBytes(weights);
    plan.memory_bytes["optimizer"] = TensorBytes(optimizer);
    plan.collective = gang.collective;
    plan.gather = gang.gather;
    return RunTraining(host, plan, state, [&](std::int64_t step) -> absl::StatusOr<TrainingStep> {
      absl::StatusOr<TrainingBatch> batch = data.Batch(DataStream::kAlign, step, task.batch_sequences);
      if (!batch.ok()) return batch.status();
      const AlignStep result =
          aligner.Step(ToTensors(*batch), LearningRateAt(schedule, step), task.data.seed, step);
      return TrainingStep{result.relative_error, result.skipped_layers > 0};
    });
  }

  absl::StatusOr<TrainingOutcome> AlignHeads(const BatchTensors& calibration,
                                             const LearningRateSchedule& schedule,
                                             const std::filesystem::path& output) const {
    const GangSeat seat = host.Seat();
    const auto layers = static_cast<int>(teacher.model.config.layers);
    HeadAligner aligner(teacher.model, task.ssm, calibration, LayersOf(seat.rank, seat.world_size, layers));
    const std::unique_ptr<Collective> collective = JoinGang(host);
    GangTraining gang{.collective = collective.get()};
    if (collective) {
      gang.gather = [&](const at::Tensor& losses) { GatherLayers(*collective, aligner, layers, losses); };
    }
    absl::StatusOr<TrainingOutcome> outcome = Train(aligner, schedule, gang);
    if (!outcome.ok() || seat.rank > 0) return outcome;
    absl::Status written = WriteAlignedHeads(output, {teacher.digest, aligner.mixers()});
    return written.ok() ? outcome : written;
  }

  absl::StatusOr<TrainingOutcome> AlignLayers(const BatchTensors& calibration,
                                              const LearningRateSchedule& schedule,
                                              const std::filesystem::path& output) const {
    if (!host.Seat().alone())
      return absl::InvalidArgumentError("align.target LAYER: a task for one worker was given to several");
    const StudentIdentity identity{task.ssm, task.kept, teacher.digest, task.join};
    if (absl::Status checked = CheckIdentity(identity, teacher.model.config); !checked.ok()) return checked;
    const std::vector<Mamba2Weights> heads = InitMixers(teacher.model, task.ssm, calibration);
    LayerAligner aligner(teacher.model, JoinStudent(teacher.model, identity, heads, calibration));
    absl::StatusOr<TrainingOutcome> outcome = Train(aligner, schedule, {});
    if (!outcome.ok()) return outcome;
    absl::Status written = SaveStudent(output, aligner.student(), teacher.digest);
    return written.ok() ? outcome : written;
  }
};

}  // namespace

absl::StatusOr<AlignReport> RunAlignTask(const AlignTask& task, TaskHost& host,
                                         const std::filesystem::path& output) {
  if (absl::Status status = CheckTraining("align", task.tokens, task.learning_rate, task.batch_sequences);
      !status.ok()) {
    return status;
  }
  absl::StatusOr<TeacherFiles> teacher = LoadTeacherFiles(task.teacher, task.precision, host);
  if (!teacher.ok()) return teacher.status();
  if (absl::Status status = CheckSsmSize(task.ssm); !status.ok()) return status;
  absl::StatusOr<TrainingData> data = OpenTrainingData(task.data, *teacher, task.tokens, host);
  if (!data.ok()) return data.status();
  absl::StatusOr<BatchTensors> calibration = CalibrationBatch(*data);
  if (!calibration.ok()) return calibration.status();

  host.Report({.phase = "calibrating heads"});
  const std::int64_t step_tokens = task.batch_sequences * task.data.sequence_tokens;
  const LearningRateSchedule schedule{.peak = task.learning_rate,
                                      .steps = StepsFor(task.tokens, step_tokens),
                                      .warmup_share = task.warmup_share,
                                      .decay_share = task.decay_share};
  const AlignRun run{task, *teacher, *data, host};
  absl::StatusOr<TrainingOutcome> outcome = task.target == AlignTarget::kLayer
                                                ? run.AlignLayers(*calibration, schedule, output)
                                                : run.AlignHeads(*calibration, schedule, output);
  if (!outcome.ok()) return outcome.status();
  return AlignReport{outcome->steps * step_tokens, outcome->first_loss, outcome->last_loss};
}

}  // namespace rad
