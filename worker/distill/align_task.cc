#include "worker/distill/align_task.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "worker/data/training_data.h"
#include "worker/distill/aligned_heads.h"
#include "worker/distill/check_training.h"
#include "worker/distill/head_aligner.h"
#include "worker/distill/init_heads.h"
#include "worker/distill/join_student.h"
#include "worker/distill/layer_aligner.h"
#include "worker/distill/learning_rate.h"
#include "worker/distill/teacher_files.h"
#include "worker/distill/training_run.h"
#include "worker/model/student_file.h"

namespace rad {
namespace {

struct AlignRun {
  const AlignTask& task;
  const TeacherFiles& teacher;
  const TrainingData& data;
  TaskHost& host;

  template <typename Aligner>
  absl::StatusOr<TrainingOutcome> Train(Aligner& aligner, const LearningRateSchedule& schedule) const {
    const std::vector<NamedTensor> weights = aligner.Weights(), optimizer = aligner.OptimizerState();
    std::vector<NamedTensor> state = weights;
    state.insert(state.end(), optimizer.begin(), optimizer.end());
    TrainingPlan plan{
        "aligning heads", "align", schedule.steps, task.batch_sequences * task.data.sequence_tokens, {}};
    plan.memory_bytes["weights"] = WeightBytes(teacher.model) + TensorBytes(weights);
    plan.memory_bytes["optimizer"] = TensorBytes(optimizer);
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
    HeadAligner aligner(teacher.model, task.state_dim, calibration);
    absl::StatusOr<TrainingOutcome> outcome = Train(aligner, schedule);
    if (!outcome.ok()) return outcome;
    absl::Status written = WriteAlignedHeads(output, {teacher.digest, aligner.mixers()});
    return written.ok() ? outcome : written;
  }

  absl::StatusOr<TrainingOutcome> AlignLayers(const BatchTensors& calibration,
                                              const LearningRateSchedule& schedule,
                                              const std::filesystem::path& output) const {
    const StudentIdentity identity{task.state_dim, task.kept, teacher.digest, task.join};
    if (absl::Status checked = CheckIdentity(identity, teacher.model.config); !checked.ok()) return checked;
    const std::vector<Mamba2Weights> heads = InitMixers(teacher.model, task.state_dim, calibration);
    LayerAligner aligner(teacher.model, JoinStudent(teacher.model, identity, heads, calibration));
    absl::StatusOr<TrainingOutcome> outcome = Train(aligner, schedule);
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
  if (absl::Status status = CheckStateDim(task.state_dim); !status.ok()) return status;
  absl::StatusOr<TrainingData> data = TrainingData::Open(task.data, *teacher->tokenizer);
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
