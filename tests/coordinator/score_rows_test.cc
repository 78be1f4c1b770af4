#include "coordinator/score_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/work_digest.h"

namespace rad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Probe SampleProbe() {
  v1::Probe probe;
  probe.set_template_(v1::Probe::QA);
  probe.set_pairs(10);
  probe.set_seed(7);
  probe.set_examples(64);
  return probe;
}

v1::ScoreOrigin SampleOrigin(const v1::Probe& probe, const v1::ProbeFiles& files = {}) {
  return ScoreOriginOf("digest", probe, files, v1::FLOAT32);
}

TEST(ScoreRows, AHeadsRowSaysWhereItsScoresComeFrom) {
  ScoreTable table;
  table.SetAblated({3, 1}, 5, {true, 0.5f, -0.25f});
  table.SetAblated({3, 1}, 2, {false, -1, -3});
  const v1::HeadScoreRow row = MakeScoreRow(SampleOrigin(SampleProbe()), table, HeadRef{3, 1});
  EXPECT_EQ(row.origin().teacher_digest(), "digest");
  EXPECT_EQ(row.origin().probe().seed(), 7u);
  EXPECT_EQ(row.origin().probe().pairs(), 10u);
  EXPECT_GT(row.origin().code_version(), 0u);
  EXPECT_EQ(row.origin().precision(), v1::FLOAT32);
  EXPECT_EQ(row.head().layer(), 3u);
  EXPECT_THAT(row.examples(), ElementsAre(2, 5));
  EXPECT_THAT(row.run().answer_logprob(), ElementsAre(-3, -0.25f));
}

TEST(ScoreRows, ComeBackAsTheyWere) {
  ScoreTable table;
  table.SetBase(0, {true, 2, -0.5f});
  table.SetBase(9, {false, -1, -4});
  table.SetAblated({0, 2}, 9, {true, 0.125f, -0.5f});
  ScoreTable read;
  for (const std::optional<HeadRef>& head : {std::optional<HeadRef>(), std::optional<HeadRef>({0, 2})})
    EXPECT_EQ(AddScoreRow(MakeScoreRow({}, table, head), read), absl::OkStatus());
  EXPECT_TRUE(read.HasBase(0));
  EXPECT_FALSE(read.HasBase(5));
  EXPECT_TRUE(read.HasBase(9));
  read.ForEachKnown(HeadRef{0, 2}, [&](std::uint32_t example, const ScoreCell& cell) {
    EXPECT_EQ(example, 9u);
    EXPECT_EQ(cell, (ScoreCell{true, 0.125f, -0.5f}));
  });
  EXPECT_EQ(read.Known({0, 2}, 10), 1u);
}

TEST(ScoreRows, ATornRowIsDamage) {
  v1::HeadScoreRow row;
  row.add_examples(1);
  ScoreTable table;
  const absl::Status status = AddScoreRow(row, table);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("has 1 examples, but 0 answers"));
  EXPECT_FALSE(table.HasBase(1));
}

std::string KeyOf(const v1::Probe& probe, const v1::ProbeFiles& files = {}) {
  return ScoreKey(SampleOrigin(probe, files));
}

// The number of examples, the floor and the name do not change what example i is; all else does.
TEST(ScoreKey, IsOfWhatDeterminesAScore) {
  const std::string key = KeyOf(SampleProbe());
  v1::Probe probe = SampleProbe();
  probe.set_examples(128);
  probe.set_min_teacher_accuracy(0.9);
  probe.set_name("other");
  EXPECT_EQ(KeyOf(probe), key);
  probe.set_seed(8);
  EXPECT_NE(KeyOf(probe), key);
  EXPECT_NE(ScoreKey(ScoreOriginOf("another", SampleProbe(), {}, v1::FLOAT32)), key);
  EXPECT_NE(ScoreKey(ScoreOriginOf("digest", SampleProbe(), {}, v1::BFLOAT16)), key);
}

// A file is known by what it holds, not by where it lies: a changed one must not find the old one's scores.
TEST(ScoreKey, IsOfWhatTheFilesHoldNotOfTheirPaths) {
  v1::Probe probe = SampleProbe();
  probe.set_task(v1::Probe::NEEDLE);
  probe.set_text("/a/*.txt");
  v1::ProbeFiles files;
  files.set_text("digest of a text");
  const std::string key = KeyOf(probe, files);
  probe.set_text("/b/c.txt");
  EXPECT_EQ(KeyOf(probe, files), key);
  files.set_text("digest of another");
  EXPECT_NE(KeyOf(probe, files), key);
}

// Of a kind of work that makes examples of a probe.
template <typename Message>
void ExpectDigestOfFilesNotPaths(Message* (v1::Work::*kind)()) {
  v1::Work work;
  Message& message = *(work.*kind)();
  message.mutable_probe()->set_key_file("/a/words");
  message.mutable_probe_files()->set_keys("digest of words");
  const std::string digest = WorkDigest(work, {});
  message.mutable_probe()->set_key_file("/b/words");
  EXPECT_EQ(WorkDigest(work, {}), digest);
  message.mutable_probe_files()->set_keys("digest of others");
  EXPECT_NE(WorkDigest(work, {}), digest);
}

TEST(WorkDigest, IsOfWhatTheFilesHoldNotOfTheirPaths) {
  ExpectDigestOfFilesNotPaths(&v1::Work::mutable_score);
  ExpectDigestOfFilesNotPaths(&v1::Work::mutable_classify);
  ExpectDigestOfFilesNotPaths(&v1::Work::mutable_align);
  ExpectDigestOfFilesNotPaths(&v1::Work::mutable_distill);
  ExpectDigestOfFilesNotPaths(&v1::Work::mutable_evaluate);
}

TEST(WorkDigest, IsOfThePrecision) {
  v1::Work work;
  work.mutable_evaluate();
  work.set_precision(v1::FLOAT32);
  const std::string digest = WorkDigest(work, {});
  work.set_precision(v1::BFLOAT16);
  EXPECT_NE(WorkDigest(work, {}), digest);
}

}  // namespace
}  // namespace rad
