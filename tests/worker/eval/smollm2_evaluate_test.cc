// The evaluate task on the real teacher, and on a student that keeps every head and so must be the teacher's
// equal.
#include <ATen/ATen.h>

#include <cmath>
#include <fstream>
#include <numeric>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/worker/transformer/smollm2.h"
#include "worker/eval/evaluate_task.h"
#include "worker/model/student_file.h"

namespace rad {
namespace {

class FolderHost : public TaskHost {
 public:
  void Report(const TaskProgress& progress) override { reports.push_back(progress); }
  bool StopRequested() const override { return stop; }
  std::filesystem::path Scratch() const override { return testing::TempDir(); }
  absl::StatusOr<std::filesystem::path> Input(std::string_view name) override {
    if (name == "student" && !student.empty()) return student;
    return absl::NotFoundError("no such input");
  }
  absl::Status SaveCheckpoint(const std::filesystem::path&, std::int64_t, std::optional<double>) override {
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<TaskCheckpoint>> LatestCheckpoint() override { return std::nullopt; }
  int CheckpointEverySteps() const override { return 0; }

  std::vector<TaskProgress> reports;
  std::filesystem::path student;
  bool stop = false;
};

class Evaluate : public testing::Test {
 protected:
  void SetUp() override {
    RAD_REQUIRE_SMOLLM2();
    folder_ = std::filesystem::path(testing::TempDir()) / "rad_evaluate_test";
    std::filesystem::create_directories(folder_ / "text");
    for (int document = 0; document < 4; ++document) {
      std::ofstream file(folder_ / "text" / (std::to_string(document) + ".txt"));
      for (int line = 0; line < 40; ++line) {
        file << "Document " << document << " says that the river ran past the mill in the year "
             << 1800 + line << ".\n";
      }
    }
    task_.teacher = SmolLm2Path();
    task_.tasks = {{TaskKind::kKvRetrieval, 4}};
    task_.questions.probe = {.seed = 2, .split = ProbeSplit::kEvaluate};
    task_.questions.questions = 4;
    task_.data.text = {(folder_ / "text" / "*.txt").string()};
    task_.data.sequence_tokens = 64;
    task_.data.held_out_share = 0.25;
    task_.text_tokens = 128;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // A student of nothing but the teacher's own heads.
  void SaveTeacherAsStudent() {
    const auto file = OpenModelFile(SmolLm2Path());
    ASSERT_TRUE(file.ok()) << file.status();
    const auto teacher = LoadTransformer(**file, at::kFloat);
    ASSERT_TRUE(teacher.ok()) << teacher.status();
    std::vector<int> all(teacher->config.heads);
    std::iota(all.begin(), all.end(), 0);
    HybridStudent student{WithoutAttention(*teacher), 8, {}};
    for (const LayerWeights& layer : teacher->layers) {
      student.layers.push_back(MakeHybridLayer(teacher->config, layer.attention, all, Join::kReplace, {}));
    }
    std::filesystem::create_directories(folder_ / "student");
    const absl::Status saved = SaveStudent(folder_ / "student", student, *(*file)->Digest());
    ASSERT_TRUE(saved.ok()) << saved;
    host_.student = folder_ / "student";
  }

  std::filesystem::path folder_;
  EvaluateTask task_;
  FolderHost host_;
};

TEST_F(Evaluate, StudentOfAllHeadsEqualsTheTeacher) {
  const auto teacher = RunEvaluateTask(task_, host_);
  ASSERT_TRUE(teacher.ok()) << teacher.status();
  ASSERT_EQ(teacher->tasks.size(), 1u);
  EXPECT_EQ(teacher->tasks[0].examples, 4);
  EXPECT_GT(teacher->tasks[0].correct, 0);  // it answers nearly all of 4 pairs
  EXPECT_EQ(teacher->text_tokens, 2 * 63);
  EXPECT_GT(teacher->perplexity, 1);
  EXPECT_LT(teacher->perplexity, 40);  // repetitive English
  EXPECT_EQ(teacher->kl, 0);
  ASSERT_EQ(teacher->memory.size(), 3u);
  EXPECT_EQ(teacher->memory[1].context_tokens, 2048);
  EXPECT_EQ(teacher->memory[1].measured_bytes, 30 * 3 * 2 * 64 * 2 * 2048);
  EXPECT_EQ(host_.reports.back().memory_bytes.at("kv_cache"), 30 * 3 * 2 * 64 * 2 * 4096);

  SaveTeacherAsStudent();
  const auto student = RunEvaluateTask(task_, host_);
  ASSERT_TRUE(student.ok()) << student.status();
  EXPECT_EQ(student->tasks[0].correct, teacher->tasks[0].correct);
  EXPECT_NEAR(student->perplexity, teacher->perplexity, 1e-4 * teacher->perplexity);
  EXPECT_NEAR(student->kl, 0, 1e-6);
  EXPECT_EQ(student->memory[1].measured_bytes, teacher->memory[1].measured_bytes);
}

TEST_F(Evaluate, WithoutTextThereIsNoPerplexity) {
  task_.text_tokens = 0;
  task_.tasks = {};
  const auto report = RunEvaluateTask(task_, host_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(std::isnan(report->perplexity));
  EXPECT_TRUE(report->tasks.empty());
}

// The teacher can do every task, so that each measures something.
TEST_F(Evaluate, TeacherAnswersSomeOfEveryTask) {
  const char* data = std::getenv("RAD_TEST_DATA");
  const std::filesystem::path eval = std::filesystem::path(data == nullptr ? "tests/data" : data) / "eval";
  task_.text_tokens = 0;
  task_.tasks = {{TaskKind::kKvRetrieval, 4},
                 {TaskKind::kNeedle},
                 {TaskKind::kRecordLookup},
                 {TaskKind::kDefinitionLookup},
                 {TaskKind::kLastWord}};
  task_.questions.questions = 12;
  task_.questions.context_tokens = 160;
  task_.questions.records = eval / "records.txt";
  task_.questions.definitions = eval / "definitions.txt";
  // Sentences that end in a word seen before, for last_word.
  for (int document = 0; document < 4; ++document) {
    std::ofstream file(folder_ / "text" / (std::to_string(document) + ".txt"));
    for (int year = 1800; year < 1840; ++year) {
      file << "In " << year << " the river ran past mill " << document
           << " and turned its wheel. Every spring the miller went out and mended the wheel.\n";
    }
  }
  const auto report = RunEvaluateTask(task_, host_);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->tasks.size(), task_.tasks.size());
  for (const TaskAccuracy& accuracy : report->tasks) {
    EXPECT_EQ(accuracy.examples, 12);
    EXPECT_GE(accuracy.correct, 2) << TaskName(accuracy.task.kind);
    RecordProperty(std::string(TaskName(accuracy.task.kind)), accuracy.correct);
  }
}

TEST_F(Evaluate, StopsWhenTold) {
  host_.stop = true;
  EXPECT_EQ(RunEvaluateTask(task_, host_).status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace rad
