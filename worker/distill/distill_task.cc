#include "worker/distill/distill_task.h"

#include "worker/data/training_data.h"
#include "worker/distill/aligned_heads.h"
#include "worker/distill/check_training.h"
#include "worker/distill/join_gang.h"
#include "worker/distill/learning_rate.h"
#include "worker/distill/student_trainer.h"
#include "worker/distill/teacher_files.h"
#include "worker/distill/training_run.h"
#include "worker/model/student_file.h"

namespace rad {
namespace {

// The aligned heads, those of the kept ones replaced by the teacher's own attention.
absl::StatusOr<HybridStudent> JoinStudent(const DistillTask& task, const TeacherFiles& teacher,
                                          TaskHost& host) {
  const Transformer& model = teacher.model;
  const absl::Status checked = CheckIdentity(
      {.state_dim = task.state_dim, .kept = task.kept, .teacher_digest = teacher.digest}, model.config);
  if (!checked.ok()) return checked;
  absl::StatusOr<std::filesystem::path> folder = host.Input("aligned");
  if (!folder.ok()) return folder.status();
  absl::StatusOr<std::vector<Mamba2Weights>> heads =
      ReadAlignedHeads(*folder, model.config, teacher.digest, task.state_dim);
  if (!heads.ok()) return heads.status();
  const std::vector<std::vector<int>> kept = KeptByLayer(model.config, task.kept);
  HybridStudent student{WithoutAttention(model), task.state_dim};
  for (std::size_t layer = 0; layer < kept.size(); ++layer) {
    student.layers.push_back(
        MakeHybridLayer(model.config, model.layers[layer].attention, kept[layer], (*heads)[layer]));
  }
  return student;
}

struct DistillRun {
  const DistillTask& task;
  const TeacherFiles& teacher;
  const TrainingData& data;
  TaskHost& host;
  Collective* collective;

  absl::StatusOr<TrainingOutcome> Train(StudentTrainer& trainer, const LearningRateSchedule& schedule) const {
    const std::vector<NamedTensor> weights = trainer.Weights(), optimizer = trainer.OptimizerState();
    std::vector<NamedTensor> state = weights;
    state.insert(state.end(), optimizer.begin(), optimizer.end());
    TrainingPlan plan{
        "distilling", "kd", schedule.steps, task.batch_sequences * task.data.sequence_tokens, {}};
    plan.memory_bytes["weights"] = WeightBytes(teacher.model) + TensorBytes(weights);
    plan.memory_bytes["optimizer"] = TensorBytes(optimizer);
    plan.collective = collective;
    return RunTraining(host, plan, state, [&](std::int64_t step) -> absl::StatusOr<TrainingStep> {
      absl::StatusOr<TrainingBatch> batch = data.Batch(DataStream::kDistill, step, task.batch_sequences);
      if (!batch.ok()) return batch.status();
      const DistillStep result =
          trainer.Step(ToTensors(*batch), LearningRateAt(schedule, step), task.data.seed, step);
      return TrainingStep{result.loss, result.skipped};
    });
  }
};

}  // namespace

absl::StatusOr<DistillReport> RunDistillTask(const DistillTask& task, TaskHost& host,
                                             const std::filesystem::path& output) {
  absl::Status status = CheckTraining("distill", task.tokens, task.learning_rate, task.batch_sequences);
  if (!status.ok()) return status;
  if (!(task.temperature > 0)) {
    return absl::InvalidArgumentError(
        "distill.temperature: must be above 0; 1 leaves the distributions as they are");
  }
  absl::StatusOr<TeacherFiles> teacher = LoadTeacherFiles(task.teacher, host);
  if (!teacher.ok()) return teacher.status();
  absl::StatusOr<TrainingData> data = TrainingData::Open(task.data, *teacher->tokenizer);
  if (!data.ok()) return data.status();
  absl::StatusOr<HybridStudent> student = JoinStudent(task, *teacher, host);
  if (!student.ok()) return student.status();

  const GangSeat seat = host.Seat();
  const std::unique_ptr<Collective> collective = JoinGang(host);
  StudentTrainer trainer(teacher->model, *std::move(student), task.temperature, seat, collective.get());
  const std::int64_t step_tokens = task.batch_sequences * task.data.sequence_tokens;
  const LearningRateSchedule schedule{.peak = task.learning_rate,
                                      .steps = StepsFor(task.tokens, step_tokens)};
  absl::StatusOr<TrainingOutcome> outcome =
      DistillRun{task, *teacher, *data, host, collective.get()}.Train(trainer, schedule);
  if (!outcome.ok()) return outcome.status();
  if (seat.rank == 0) status = SaveStudent(output, trainer.student(), teacher->digest);
  if (!status.ok()) return status;
  return DistillReport{outcome->steps * step_tokens, outcome->first_loss, outcome->last_loss};
}

}  // namespace rad
