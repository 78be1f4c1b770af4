#include "worker/distill/teacher_text.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/worker/distill/folder_host.h"
#include "tests/worker/distill/tiny_teacher.h"
#include "worker/distill/open_training_data.h"

namespace rad {
namespace {

constexpr std::int64_t kLength = 48;

class TeacherText : public testing::Test {
 protected:
  TeacherText() {
    WriteTinyTeacher(host_.Scratch() / "teacher");
    auto teacher = LoadTeacherFiles(host_.Scratch() / "teacher", Precision::kFloat32, host_);
    EXPECT_TRUE(teacher.ok()) << teacher.status();
    teacher_.emplace(*std::move(teacher));
    teacher_->model.final_norm = teacher_->model.final_norm * 4;  // random weights are sure of nothing
    spec_.sequence_tokens = kLength;
    spec_.cache = host_.Scratch() / "tokens";
    host_.reports.clear();
  }

  std::vector<std::vector<TokenId>> Sample(std::int64_t tokens) {
    const auto shards = SampleTeacherText(*teacher_, spec_, tokens, host_);
    EXPECT_TRUE(shards.ok()) << shards.status();
    std::vector<std::vector<TokenId>> documents;
    for (const TokenShard& shard : *shards) {
      for (std::size_t i = 0; i < shard.documents(); ++i) documents.push_back(shard.Document(i).Ids());
    }
    return documents;
  }

  FolderHost host_;
  std::optional<TeacherFiles> teacher_;
  DataSpec spec_;
};

TEST_F(TeacherText, IsAFunctionOfTheSeedAndGrowsByWhatIsAskedFor) {
  const auto few = Sample(1);
  ASSERT_EQ(few.size(), 64u);
  EXPECT_EQ(few[0].size(), static_cast<std::size_t>(kLength));  // this tokenizer has no end of text
  EXPECT_NE(few[0], few[1]);
  const auto more = Sample(64 * kLength + 1);
  ASSERT_EQ(more.size(), 128u);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), more.begin()));
  EXPECT_NE(more[64], more[0]);
  spec_.cache.clear();
  EXPECT_EQ(Sample(1), few);
  spec_.seed = 1;
  EXPECT_NE(Sample(1), few);
}

TEST_F(TeacherText, WhatWasWrittenIsNotWrittenAgain) {
  Sample(1);
  const std::size_t reports = host_.reports.size();
  EXPECT_EQ(host_.reports.back().phase, "sampling text from the teacher");
  EXPECT_GT(reports, static_cast<std::size_t>(kLength - 2));
  Sample(1);
  EXPECT_EQ(host_.reports.size(), reports + 1);
}

// Were the tokens drawn from another distribution than the teacher's own, their surprise would not be its
// entropy.
TEST_F(TeacherText, IsDrawnFromTheTeachersOwnDistribution) {
  double difference = 0, variance = 0, entropy_sum = 0;
  std::int64_t tokens = 0;
  for (const std::vector<TokenId>& document : Sample(64 * kLength * 2)) {
    const at::Tensor ids =
        at::tensor(std::vector<std::int64_t>(document.begin(), document.end())).unsqueeze(0);
    const at::Tensor logits = Logits(teacher_->model, HiddenStates(teacher_->model, ids));
    const at::Tensor log_p = logits[0].slice(0, 0, kLength - 1).to(at::kDouble).log_softmax(1);
    const at::Tensor p = log_p.exp();
    const at::Tensor entropy = -(p * log_p).sum(1);
    const at::Tensor surprise = -log_p.gather(1, ids[0].slice(0, 1).unsqueeze(1)).squeeze(1);
    difference += (surprise - entropy).sum().item<double>();
    variance += ((p * log_p * log_p).sum(1) - entropy * entropy).sum().item<double>();
    entropy_sum += entropy.sum().item<double>();
    tokens += kLength - 1;
  }
  EXPECT_LT(entropy_sum / static_cast<double>(tokens), std::log(256.0) - 0.2);  // not uniform
  EXPECT_LT(std::abs(difference), 4 * std::sqrt(variance));
}

TEST_F(TeacherText, StopsWhenTold) {
  host_.stop_at_step = 0;
  EXPECT_EQ(SampleTeacherText(*teacher_, spec_, 1, host_).status().code(), absl::StatusCode::kCancelled);
}

TEST_F(TeacherText, GivesItsShareOfSequences) {
  spec_.retrieval_share = 0.5;
  spec_.teacher_share = 0.5;
  spec_.sequence_tokens = 160;
  spec_.prompts.pairs = 2;
  const auto unwritten = TrainingData::Open(spec_, *teacher_->tokenizer);
  ASSERT_TRUE(unwritten.ok()) << unwritten.status();
  EXPECT_EQ(unwritten->Batch(DataStream::kAlign, 0, 8).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const auto data = OpenTrainingData(spec_, *teacher_, 2000, host_);
  ASSERT_TRUE(data.ok()) << data.status();
  const auto batch = data->Batch(DataStream::kAlign, 0, 8);
  ASSERT_TRUE(batch.ok()) << batch.status();
  int prompts = 0;
  for (int i = 0; i < 8; ++i) prompts += batch->ids[static_cast<std::size_t>(i) * 160] == 'M' ? 1 : 0;
  EXPECT_EQ(prompts, 4);
}

}  // namespace
}  // namespace rad
