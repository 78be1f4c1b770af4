#include "worker/distill/distill_task.h"

#include "absl/strings/str_cat.h"
#include "worker/data/training_data.h"
#include "worker/distill/aligned_heads.h"
#include "worker/distill/check_training.h"
#include "worker/distill/join_gang.h"
#include "worker/distill/join_student.h"
#include "worker/distill/learning_rate.h"
#include "worker/distill/open_training_data.h"
#include "worker/distill/student_trainer.h"
#include "worker/distill/teacher_files.h"
#include "worker/distill/training_run.h"
#include "worker/model/student_file.h"

namespace rad {
namespace {

// The student whose layers were aligned, or aligned heads joined with the teacher's own attention.
absl::StatusOr<HybridStudent> AlignedStudent(const DistillTask& task, const TeacherFiles& teacher,
                                             const TrainingData& data, TaskHost& host) {
  const Transformer& model = teacher.model;
  const StudentIdentity identity{task.ssm, task.kept, teacher.digest, task.join};
  if (absl::Status checked = CheckIdentity(identity, model.config); !checked.ok()) return checked;
  if (task.aligned_to == AlignTarget::kLayer) {
    absl::StatusOr<std::filesystem::path> folder = host.Input("student");
    if (!folder.ok()) return folder.status();
    return LoadStudent(*folder, model, teacher.digest);
  }
  absl::StatusOr<std::filesystem::path> folder = host.Input("aligned");
  if (!folder.ok()) return folder.status();
  absl::StatusOr<std::vector<Mamba2Weights>> heads =
      ReadAlignedHeads(*folder, model.config, teacher.digest, task.ssm);
  if (!heads.ok()) return heads.status();
  absl::StatusOr<BatchTensors> calibration = CalibrationBatch(data);
  if (!calibration.ok()) return calibration.status();
  return JoinStudent(model, identity, *heads, *calibration);
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
    if (const OptimizerShards* shards = trainer.shards()) {
      plan.gathered = shards->Gathered();
      plan.gather = [&](const at::Tensor& /*losses*/) { trainer.GatherOptimizer(); };
    }
    return RunTraining(host, plan, state, [&](std::int64_t step) -> absl::StatusOr<TrainingStep> {
      absl::StatusOr<TrainingBatch> batch = data.Batch(DataStream::kDistill, step, task.batch_sequences);
      if (!batch.ok()) return batch.status();
      DistillStep result =
          trainer.Step(ToTensors(*batch), LearningRateAt(schedule, step), task.data.seed, step);
      return TrainingStep{result.loss, result.skipped, std::move(result.extra_losses)};
    });
  }
};

absl::Status CheckTerms(const StudentTraining& training) {
  const auto bad = [](const char* field, auto value, const char* remedy) {
    return absl::InvalidArgumentError(absl::StrCat("distill.", field, ": ", value, "; ", remedy));
  };
  if (!(training.temperature > 0))
    return bad("temperature", training.temperature,
               "it must be above 0; 1 leaves the distributions as they are");
  if (!(training.next_token_weight >= 0))
    return bad("next_token_weight", training.next_token_weight, "give 0 or more");
  if (!(training.hidden_weight >= 0)) return bad("hidden_weight", training.hidden_weight, "give 0 or more");
  if (!(training.weight_decay >= 0)) return bad("weight_decay", training.weight_decay, "give 0 or more");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DistillReport> RunDistillTask(const DistillTask& task, TaskHost& host,
                                             const std::filesystem::path& output) {
  absl::Status status = CheckTraining("distill", task.tokens, task.learning_rate, task.batch_sequences);
  if (status.ok()) status = CheckTerms(task.training);
  if (!status.ok()) return status;
  absl::StatusOr<TeacherFiles> teacher = LoadTeacherFiles(task.teacher, task.precision, host);
  if (!teacher.ok()) return teacher.status();
  absl::StatusOr<TrainingData> data = OpenTrainingData(task.data, *teacher, task.tokens, host);
  if (!data.ok()) return data.status();
  absl::StatusOr<HybridStudent> student = AlignedStudent(task, *teacher, *data, host);
  if (!student.ok()) return student.status();

  const GangSeat seat = host.Seat();
  const std::unique_ptr<Collective> collective = JoinGang(host);
  StudentTrainer trainer(teacher->model, *std::move(student), task.training, seat, collective.get());
  const std::int64_t step_tokens = task.batch_sequences * task.data.sequence_tokens;
  const LearningRateSchedule schedule{.peak = task.learning_rate,
                                      .steps = StepsFor(task.tokens, step_tokens),
                                      .warmup_share = task.warmup_share,
                                      .decay_share = task.decay_share};
  absl::StatusOr<TrainingOutcome> outcome =
      DistillRun{task, *teacher, *data, host, collective.get()}.Train(trainer, schedule);
  if (!outcome.ok()) return outcome.status();
  if (seat.rank == 0) status = SaveStudent(output, trainer.student(), teacher->digest);
  if (!status.ok()) return status;
  return DistillReport{outcome->steps * step_tokens, outcome->first_loss, outcome->last_loss};
}

}  // namespace rad
