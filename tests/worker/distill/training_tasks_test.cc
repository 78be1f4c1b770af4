// The tasks "align" and "distill" as an executor runs them, on a tiny teacher of random weights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "tests/worker/distill/folder_host.h"
#include "tests/worker/distill/tiny_teacher.h"
#include "worker/distill/align_task.h"
#include "worker/distill/distill_task.h"
#include "worker/model/student_file.h"

namespace rad {
namespace {

using testing::HasSubstr;

struct TrainingTasksTest : testing::Test {
  TrainingTasksTest() {
    WriteTinyTeacher(host.Scratch() / "teacher");
    std::filesystem::create_directories(host.Scratch() / "text");
    for (int i = 0; i < 4; ++i) {
      std::ofstream out(host.Scratch() / "text" / (std::to_string(i) + ".txt"));
      for (int word = 0; word < 200; ++word) out << "word" << word * (i + 3) % 17 << ' ';
    }
    DataSpec data{.text = {(host.Scratch() / "text" / "*.txt").string()}, .sequence_tokens = 160};
    data.prompts.pairs = 2;
    align = {.teacher = host.Scratch() / "teacher", .ssm = {4}, .data = data, .tokens = 2 * 160 * 10};
    align.batch_sequences = 2;
    distill = {.teacher = align.teacher,
               .ssm = {4},
               .kept = {{0, 1}, {1, 0}, {1, 3}},
               .data = data,
               .tokens = align.tokens};
    distill.batch_sequences = 2;
  }

  // Both tasks, each stopped after `stop_at_step` steps and started again when that is given.
  void Run(FolderHost& align_host, FolderHost& distill_host, std::optional<std::int64_t> stop_at_step) {
    for (FolderHost* some : {&align_host, &distill_host}) some->checkpoint_every_steps = 5;
    distill_host.inputs["aligned"] = align_host.Output();
    if (stop_at_step) {
      align_host.stop_at_step = distill_host.stop_at_step = stop_at_step;
      ASSERT_EQ(RunAlignTask(align, align_host, align_host.Output()).status().code(),
                absl::StatusCode::kCancelled);
      ASSERT_TRUE(std::filesystem::is_empty(align_host.Output()));
      align_host.stop_at_step.reset();
    }
    const auto aligned = RunAlignTask(align, align_host, align_host.Output());
    ASSERT_TRUE(aligned.ok()) << aligned.status();
    align_report = *aligned;
    if (stop_at_step) {
      ASSERT_EQ(RunDistillTask(distill, distill_host, distill_host.Output()).status().code(),
                absl::StatusCode::kCancelled);
      distill_host.stop_at_step.reset();
    }
    const auto distilled = RunDistillTask(distill, distill_host, distill_host.Output());
    ASSERT_TRUE(distilled.ok()) << distilled.status();
    distill_report = *distilled;
  }

  FolderHost host;  // holds the teacher and the text
  AlignTask align;
  DistillTask distill;
  AlignReport align_report;
  DistillReport distill_report;
};

TEST_F(TrainingTasksTest, TrainAndWriteWhatTheNextStageReads) {
  FolderHost align_host, distill_host;
  Run(align_host, distill_host, std::nullopt);
  EXPECT_EQ(align_report.tokens, align.tokens);
  EXPECT_LT(align_report.last_error, align_report.first_error);
  EXPECT_EQ(distill_report.tokens, distill.tokens);
  EXPECT_LT(distill_report.last_loss, distill_report.first_loss);
  for (const FolderHost* some : {&align_host, &distill_host}) {
    const TaskProgress& last = some->reports.back();
    EXPECT_EQ(last.step, 10);
    EXPECT_GT(last.memory_bytes.at("weights"), 0);
    EXPECT_GT(last.memory_bytes.at("optimizer"), 0);
    EXPECT_GT(last.memory_bytes.at("activations_peak"), 0);
  }
  const auto file = OpenModelFile(align.teacher);
  ASSERT_TRUE(file.ok());
  const auto teacher = LoadTransformer(**file, at::kFloat);
  ASSERT_TRUE(teacher.ok());
  const auto student = LoadStudent(distill_host.Output(), *teacher, *(*file)->Digest());
  ASSERT_TRUE(student.ok()) << student.status();
  EXPECT_EQ(KeptHeads(*student), distill.kept);
  EXPECT_EQ(student->ssm.state_dim, 4);
}

// Aligned by heads, each join; and the student aligned by its layers.
TEST_F(TrainingTasksTest, EveryJoinTrainsAndLoadsAgain) {
  FolderHost align_host;
  align.ssm = distill.ssm = {9, 3};  // N above the teacher's head dimension, P below
  ASSERT_TRUE(RunAlignTask(align, align_host, align_host.Output()).ok());
  for (const Join join : {Join::kReplace, Join::kAdapter, Join::kSum}) {
    FolderHost layer_host, by_heads, by_layers;
    distill.join = join;
    by_heads.inputs["aligned"] = align_host.Output();
    distill.aligned_to = AlignTarget::kHead;
    const auto from_heads = RunDistillTask(distill, by_heads, by_heads.Output());
    ASSERT_TRUE(from_heads.ok()) << from_heads.status();
    EXPECT_LT(from_heads->last_loss, from_heads->first_loss) << JoinName(join);

    AlignTask layers = align;
    layers.target = AlignTarget::kLayer;
    layers.kept = distill.kept;
    layers.join = join;
    const auto aligned = RunAlignTask(layers, layer_host, layer_host.Output());
    ASSERT_TRUE(aligned.ok()) << aligned.status();
    EXPECT_LT(aligned->last_error, aligned->first_error) << JoinName(join);
    by_layers.inputs["student"] = layer_host.Output();
    distill.aligned_to = AlignTarget::kLayer;
    const auto from_layers = RunDistillTask(distill, by_layers, by_layers.Output());
    ASSERT_TRUE(from_layers.ok()) << from_layers.status();

    const auto file = OpenModelFile(align.teacher);
    const auto teacher = LoadTransformer(**file, at::kFloat);
    for (const FolderHost* some : {&by_heads, &by_layers}) {
      const auto student = LoadStudent(some->Output(), *teacher, *(*file)->Digest());
      ASSERT_TRUE(student.ok()) << student.status();
      EXPECT_EQ(student->join, join);
      EXPECT_EQ(KeptHeads(*student), distill.kept);
    }
  }
}

TEST_F(TrainingTasksTest, InterruptedTasksEndInTheSameBits) {
  FolderHost align_host, distill_host, cut_align_host, cut_distill_host;
  Run(align_host, distill_host, std::nullopt);
  Run(cut_align_host, cut_distill_host, 7);  // two steps past the checkpoint: they are lost and done again
  EXPECT_EQ(cut_align_host.reports.back().losses, align_host.reports.back().losses);
  EXPECT_TRUE(Bytes(align_host.Output() / "aligned.safetensors") ==
              Bytes(cut_align_host.Output() / "aligned.safetensors"));
  EXPECT_TRUE(Bytes(distill_host.Output() / kStudentFile) == Bytes(cut_distill_host.Output() / kStudentFile));
}

// What a checkpoint of the distillation holds besides the loss of each step.
std::set<std::string> CheckpointTensors(FolderHost& host) {
  const auto latest = host.LatestCheckpoint();
  EXPECT_TRUE(latest.ok() && latest->has_value());
  const auto file = ReadTensorFile((*latest)->folder / "training.safetensors");
  EXPECT_TRUE(file.ok()) << file.status();
  std::set<std::string> names;
  for (const auto& [name, tensor] : file->tensors) names.insert(name);
  return names;
}

TEST_F(TrainingTasksTest, EveryWeightTrainsResumesAndLoadsWithTheTermsReported) {
  FolderHost align_host, distill_host, cut_align_host, cut_distill_host;
  distill.training = {.next_token_weight = 0.5,
                      .hidden_weight = 1,
                      .weight_decay = 0.01,
                      .micro_batch_sequences = 1,
                      .train = TrainedPart::kAll,
                      .recompute = true};
  Run(align_host, distill_host, std::nullopt);
  Run(cut_align_host, cut_distill_host, 7);
  EXPECT_TRUE(Bytes(distill_host.Output() / kStudentFile) == Bytes(cut_distill_host.Output() / kStudentFile));
  EXPECT_LT(distill_report.last_loss, distill_report.first_loss);
  const auto& losses = distill_host.reports.back().losses;
  for (const char* term : {"kd", "next_token", "hidden"}) EXPECT_GT(losses.at(term), 0) << term;
  EXPECT_TRUE(CheckpointTensors(distill_host).contains("embed_tokens.weight.exp_avg"));
  const auto file = OpenModelFile(align.teacher);
  const auto teacher = LoadTransformer(**file, at::kFloat);
  const auto student = LoadStudent(distill_host.Output(), *teacher, *(*file)->Digest());
  ASSERT_TRUE(student.ok()) << student.status();
  EXPECT_FALSE(at::equal(student->base.embedding, teacher->embedding));
}

TEST_F(TrainingTasksTest, CheckpointsAndStudentsCarryNoFrozenWeights) {
  FolderHost align_host, distill_host;
  Run(align_host, distill_host, std::nullopt);
  std::set<std::string> names = CheckpointTensors(distill_host);
  const auto student = ReadTensorFile(distill_host.Output() / kStudentFile);
  for (const auto& [name, tensor] : student->tensors) names.insert(name);
  for (const std::string& name : names) {
    for (const char* frozen : {"embed", "layernorm", "mlp", "norm.weight", "lm_head"})
      EXPECT_EQ(name.find(frozen), std::string::npos) << name;
  }
}

TEST_F(TrainingTasksTest, BadSettingsAreNamedAndNothingIsWritten) {
  FolderHost bad_host;
  const auto align_error = [&](auto change) {
    AlignTask task = align;
    change(task);
    const absl::Status status = RunAlignTask(task, bad_host, bad_host.Output()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(align_error([](AlignTask& t) { t.tokens = 0; }), HasSubstr("align.tokens: 0"));
  EXPECT_THAT(align_error([](AlignTask& t) { t.learning_rate = 0; }), HasSubstr("align.learning_rate: 0"));
  EXPECT_THAT(align_error([](AlignTask& t) { t.ssm = {}; }), HasSubstr("student.state_dim: 0"));
  EXPECT_THAT(align_error([](AlignTask& t) { t.data.text = {"/nowhere/*.txt"}; }),
              HasSubstr("/nowhere/*.txt"));
  DistillTask task = distill;
  EXPECT_EQ(RunDistillTask(task, bad_host, bad_host.Output()).status().code(), absl::StatusCode::kNotFound);
  const auto distill_error = [&](const StudentTraining& training) {
    DistillTask bad = distill;
    bad.training = training;
    return std::string(RunDistillTask(bad, bad_host, bad_host.Output()).status().message());
  };
  EXPECT_THAT(distill_error({.temperature = 0}), HasSubstr("distill.temperature: 0"));
  EXPECT_THAT(distill_error({.next_token_weight = -1}), HasSubstr("distill.next_token_weight: -1"));
  EXPECT_THAT(distill_error({.hidden_weight = -1}), HasSubstr("distill.hidden_weight: -1"));
  EXPECT_THAT(distill_error({.weight_decay = -1}), HasSubstr("distill.weight_decay: -1"));
  task.kept = {{7, 0}};
  const absl::Status status = RunDistillTask(task, bad_host, bad_host.Output()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(std::filesystem::is_empty(bad_host.Output()));
}

TEST_F(TrainingTasksTest, HeadsAlignedForAnotherStateDimensionAreRefused) {
  FolderHost align_host, distill_host;
  ASSERT_TRUE(RunAlignTask(align, align_host, align_host.Output()).ok());
  distill_host.inputs["aligned"] = align_host.Output();
  distill.ssm = {8};
  const absl::Status status = RunDistillTask(distill, distill_host, distill_host.Output()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("state_dim is 4, wanted 8"));
}

}  // namespace
}  // namespace rad
