#include "worker/distill/align_task.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "worker/data/training_data.h"
#include "worker/distill/aligned_heads.h"
#include "worker/distill/check_training.h"
#include "worker/distill/head_aligner.h"
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

  absl::StatusOr<TrainingOutcome> Train(HeadAligner& aligner, const LearningRateSchedule& schedule) const {
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
  if (absl::Status status = CheckStateDim(task.state_dim, teacher->model.config); !status.ok()) return status;
  absl::StatusOr<TrainingData> data = TrainingData::Open(task.data, *teacher->tokenizer);
  if (!data.ok()) return data.status();
  absl::StatusOr<TrainingBatch> calibration = data->Batch(DataStream::kCalibrate, 0, kCalibrationSequences);
  if (!calibration.ok()) return calibration.status();

  host.Report({.phase = "calibrating heads"});
  HeadAligner aligner(teacher->model, task.state_dim, ToTensors(*calibration));
  const std::int64_t step_tokens = task.batch_sequences * task.data.sequence_tokens;
  const LearningRateSchedule schedule{.peak = task.learning_rate,
                                      .steps = StepsFor(task.tokens, step_tokens)};
  absl::StatusOr<TrainingOutcome> outcome = AlignRun{task, *teacher, *data, host}.Train(aligner, schedule);
  if (!outcome.ok()) return outcome.status();
  if (absl::Status status = WriteAlignedHeads(output, {teacher->digest, aligner.mixers()}); !status.ok())
    return status;
  return AlignReport{outcome->steps * step_tokens, outcome->first_loss, outcome->last_loss};
}

}  // namespace rad
