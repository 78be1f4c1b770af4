// Training by several ranks (threads here) against training by one.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/worker/distill/folder_host.h"
#include "tests/worker/distill/random_batch.h"
#include "tests/worker/distill/tiny_teacher.h"
#include "tests/worker/hybrid/random_student.h"
#include "tests/worker/parallel/run_ranks.h"
#include "worker/distill/align_task.h"
#include "worker/distill/check_training.h"
#include "worker/distill/distill_task.h"
#include "worker/distill/student_trainer.h"
#include "worker/model/student_file.h"

namespace rad {
namespace {

const Transformer kTeacher = RandomTransformer(SmallConfig());

struct Trained {
  std::vector<at::Tensor> weights;
  std::vector<double> losses;
  std::int64_t optimizer_bytes = 0;
};

HybridStudent Student() {
  at::manual_seed(17);
  return RandomStudent(kTeacher, {{}, {2, 5}, {0, 1, 2, 3, 4, 5}}, {4});
}

// Some steps on batches of five sequences.
Trained Train(HybridStudent student, const std::vector<BatchTensors>& batches, const GangSeat& seat,
              const StudentTraining& training = {}) {
  const auto collective = seat.alone() ? nullptr : Collective::Join(seat);
  StudentTrainer trainer(kTeacher, std::move(student), training, seat, collective.get());
  Trained trained;
  for (std::size_t step = 0; step < batches.size(); ++step) {
    trained.losses.push_back(trainer.Step(batches[step], 1e-3, 1, static_cast<std::int64_t>(step)).loss);
  }
  trained.optimizer_bytes = TensorBytes(trainer.OptimizerState());
  for (const NamedTensor& named : trainer.Weights()) trained.weights.push_back(named.tensor.detach().clone());
  return trained;
}

struct GangTrainingTest : testing::Test {
  GangTrainingTest() {
    for (std::uint64_t step = 0; step < 6; ++step)
      batches.push_back(RandomBatch(kTeacher.config.vocab, 5, 24, step));
  }

  std::vector<Trained> TrainByGang(int world_size, int batch_parts, const StudentTraining& training = {}) {
    std::vector<Trained> trained(static_cast<std::size_t>(world_size));
    std::vector<HybridStudent> students;
    for (int rank = 0; rank < world_size; ++rank) students.push_back(Student());
    RunRanks(world_size, batch_parts, [&](const GangSeat& seat) {
      const auto rank = static_cast<std::size_t>(seat.rank);
      trained[rank] = Train(std::move(students[rank]), batches, seat, training);
    });
    return trained;
  }

  std::vector<BatchTensors> batches;
};

// AdamW divides by the gradient's size, so that rounding of a tiny gradient moves a weight by up to the
// learning rate; after six steps of 1e-3 that is the scale to compare with.
constexpr double kWeightTolerance = 2e-5;
constexpr double kLossTolerance = 1e-5;  // relative

void ExpectClose(const Trained& actual, const Trained& expected) {
  for (std::size_t i = 0; i < expected.weights.size(); ++i) {
    EXPECT_LT((actual.weights[i] - expected.weights[i]).abs().max().item<double>(), kWeightTolerance) << i;
  }
  for (std::size_t i = 0; i < expected.losses.size(); ++i)
    EXPECT_NEAR(actual.losses[i] / expected.losses[i], 1, kLossTolerance) << i;
}

TEST_F(GangTrainingTest, RanksTrainTheSameStudentAndItIsThatOfOneRank) {
  const Trained alone = Train(Student(), batches, {});
  for (const int world_size : {2, 3}) {
    const std::vector<Trained> gang = TrainByGang(world_size, world_size);
    ExpectClose(gang[0], alone);
    for (const Trained& rank : gang) {
      EXPECT_EQ(rank.losses, gang[0].losses);
      for (std::size_t i = 0; i < rank.weights.size(); ++i)
        EXPECT_TRUE(at::equal(rank.weights[i], gang[0].weights[i])) << i;
    }
  }
}

TEST_F(GangTrainingTest, ASmallerGangAddsUpTheSameParts) {
  const Trained full = TrainByGang(3, 3)[0];
  ExpectClose(TrainByGang(2, 3)[0], full);
  ExpectClose(Train(Student(), batches, {.batch_parts = 3}), full);
}

TEST_F(GangTrainingTest, PiecesOfARanksPartsAddUpToTheBatch) {
  const StudentTraining terms{.next_token_weight = 0.5, .hidden_weight = 2};
  StudentTraining pieces = terms;
  pieces.micro_batch_sequences = 1;
  ExpectClose(TrainByGang(2, 2, pieces)[0], Train(Student(), batches, {}, terms));
}

TEST_F(GangTrainingTest, ASpreadOptimizerGivesTheBitsOfAWholeOneAndHoldsAPartOfIt) {
  for (const TrainedPart part : {TrainedPart::kMixers, TrainedPart::kAll}) {
    const StudentTraining whole{.weight_decay = 0.1, .train = part};
    StudentTraining spread = whole;
    spread.shard_optimizer = true;
    const std::vector<Trained> expected = TrainByGang(3, 3, whole), gang = TrainByGang(3, 3, spread);
    for (const Trained& rank : gang) {
      EXPECT_EQ(rank.losses, expected[0].losses);
      for (std::size_t i = 0; i < rank.weights.size(); ++i)
        EXPECT_TRUE(at::equal(rank.weights[i], expected[0].weights[i])) << i;
      EXPECT_LT(rank.optimizer_bytes, expected[0].optimizer_bytes / 2);
    }
    EXPECT_NEAR(gang[0].optimizer_bytes + gang[1].optimizer_bytes + gang[2].optimizer_bytes,
                expected[0].optimizer_bytes, 100);  // each counts its steps
  }
}

struct SeatedHost : FolderHost {
  GangSeat Seat() override { return seat; }
  GangSeat seat;
};

struct GangAlignmentTest : testing::Test {
  GangAlignmentTest() {
    WriteTinyTeacher(alone.Scratch() / "teacher");
    task = {.teacher = alone.Scratch() / "teacher",
            .ssm = {4},
            .data = {.retrieval_share = 1, .sequence_tokens = 160},
            .tokens = 2 * 160 * 10};
    task.data.prompts.pairs = 2;
    task.batch_sequences = 2;
  }

  void AlignByTwo(std::vector<SeatedHost>& hosts, std::vector<absl::StatusOr<AlignReport>>& reports) {
    RunRanks(2, 2, [&](const GangSeat& seat) {
      SeatedHost& host = hosts[static_cast<std::size_t>(seat.rank)];
      host.seat = seat;
      reports[static_cast<std::size_t>(seat.rank)] = RunAlignTask(task, host, host.Output());
    });
  }

  FolderHost alone;
  AlignTask task;
};

TEST_F(GangAlignmentTest, GivesTheBitsOfOneWorker) {
  const auto expected = RunAlignTask(task, alone, alone.Output());
  ASSERT_TRUE(expected.ok()) << expected.status();
  std::vector<SeatedHost> hosts(2);
  std::vector<absl::StatusOr<AlignReport>> reports(2);
  AlignByTwo(hosts, reports);
  for (const auto& report : reports) ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(Bytes(hosts[0].Output() / "aligned.safetensors"), Bytes(alone.Output() / "aligned.safetensors"));
  EXPECT_TRUE(std::filesystem::is_empty(hosts[1].Output()));
  EXPECT_NEAR(reports[0]->first_error, expected->first_error, 1e-9);
}

TEST_F(GangAlignmentTest, OneWorkerGoesOnFromTheGangsCheckpointToTheSameBits) {
  ASSERT_TRUE(RunAlignTask(task, alone, alone.Output()).ok());
  std::vector<SeatedHost> hosts(2);
  for (SeatedHost& host : hosts) {
    host.checkpoint_every_steps = 5;
    host.stop_at_step = 7;
  }
  std::vector<absl::StatusOr<AlignReport>> reports(2);
  AlignByTwo(hosts, reports);
  for (const auto& report : reports) ASSERT_EQ(report.status().code(), absl::StatusCode::kCancelled);
  hosts[0].stop_at_step.reset();
  hosts[0].seat = {};
  ASSERT_TRUE(RunAlignTask(task, hosts[0], hosts[0].Output()).ok());
  EXPECT_EQ(hosts[0].reports.front().step, 0);
  EXPECT_EQ(Bytes(hosts[0].Output() / "aligned.safetensors"), Bytes(alone.Output() / "aligned.safetensors"));
}

TEST_F(GangAlignmentTest, RanksMakeRoomTogetherThoughOneIsAskedAndGoOnToTheSameBits) {
  ASSERT_TRUE(RunAlignTask(task, alone, alone.Output()).ok());
  std::vector<SeatedHost> hosts(2);
  hosts[1].room_at_step = 3;
  std::vector<absl::StatusOr<AlignReport>> reports(2);
  AlignByTwo(hosts, reports);
  for (const auto& report : reports) ASSERT_EQ(report.status().code(), absl::StatusCode::kCancelled);
  for (const SeatedHost& host : hosts) EXPECT_EQ(host.reports.back().step, 4);
  hosts[0].seat = {};
  ASSERT_TRUE(RunAlignTask(task, hosts[0], hosts[0].Output()).ok());
  EXPECT_EQ(Bytes(hosts[0].Output() / "aligned.safetensors"), Bytes(alone.Output() / "aligned.safetensors"));
}

// Two ranks distil with the optimizer spread over them, and are stopped two steps behind a checkpoint.
struct GangDistillationTest : GangAlignmentTest {
  GangDistillationTest() {
    EXPECT_TRUE(RunAlignTask(task, alone, alone.Output()).ok());
    distill = {.teacher = task.teacher,
               .ssm = {4},
               .kept = {{0, 1}, {1, 0}},
               .data = task.data,
               .tokens = task.tokens,
               .batch_sequences = 2};
    distill.training = {.weight_decay = 0.1, .shard_optimizer = true};
  }

  absl::Status Distill(SeatedHost& host) {
    host.inputs["aligned"] = alone.Output();
    host.checkpoint_every_steps = 5;
    return RunDistillTask(distill, host, host.Output()).status();
  }

  // Every rank looks for its checkpoint where rank 0 left it.
  void DistillByTwo(std::vector<SeatedHost>& hosts, absl::StatusCode expected) {
    if (const auto saved = *hosts[0].LatestCheckpoint(); saved.has_value()) {
      ASSERT_TRUE(hosts[1].SaveCheckpoint(saved->folder, saved->step, std::nullopt).ok());
    }
    std::vector<absl::Status> ended(2);
    RunRanks(2, 2, [&](const GangSeat& seat) {
      SeatedHost& host = hosts[static_cast<std::size_t>(seat.rank)];
      host.seat = seat;
      ended[static_cast<std::size_t>(seat.rank)] = Distill(host);
    });
    for (const absl::Status& status : ended) ASSERT_EQ(status.code(), expected) << status;
  }

  std::vector<SeatedHost> Stopped() {
    std::vector<SeatedHost> hosts(2);
    for (SeatedHost& host : hosts) host.stop_at_step = 7;
    DistillByTwo(hosts, absl::StatusCode::kCancelled);
    for (SeatedHost& host : hosts) host.stop_at_step.reset();
    return hosts;
  }

  DistillTask distill;
};

TEST_F(GangDistillationTest, ResumedByAsManyEndsInTheSameBitsAndByOneNearly) {
  std::vector<SeatedHost> undisturbed(2), again = Stopped(), shrunk = Stopped();
  DistillByTwo(undisturbed, absl::StatusCode::kOk);
  DistillByTwo(again, absl::StatusCode::kOk);
  EXPECT_TRUE(Bytes(again[0].Output() / kStudentFile) == Bytes(undisturbed[0].Output() / kStudentFile));
  EXPECT_EQ(again[1].reports.front().step, 0);

  shrunk[0].seat = {.batch_parts = 2};
  ASSERT_TRUE(Distill(shrunk[0]).ok());
  const auto expected = ReadTensorFile(undisturbed[0].Output() / kStudentFile),
             actual = ReadTensorFile(shrunk[0].Output() / kStudentFile);
  ASSERT_TRUE(expected.ok() && actual.ok());
  for (const auto& [name, tensor] : expected->tensors) {
    const double error = (actual->tensors.at(name) - tensor).abs().max().item<double>();
    EXPECT_LT(error, kWeightTolerance) << name;
  }
}

TEST_F(GangDistillationTest, MakesRoomWithAllRanksPartsAndEndsInTheSameBits) {
  std::vector<SeatedHost> undisturbed(2), hosts(2);
  DistillByTwo(undisturbed, absl::StatusCode::kOk);
  hosts[0].room_at_step = 6;
  DistillByTwo(hosts, absl::StatusCode::kCancelled);
  ASSERT_EQ((*hosts[0].LatestCheckpoint())->step, 8);
  hosts[0].room_at_step.reset();
  DistillByTwo(hosts, absl::StatusCode::kOk);
  EXPECT_TRUE(Bytes(hosts[0].Output() / kStudentFile) == Bytes(undisturbed[0].Output() / kStudentFile));
}

}  // namespace
}  // namespace rad
