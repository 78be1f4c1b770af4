#include "worker/data/training_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/data/text_folder.h"

namespace rad {
namespace {

using testing::HasSubstr;

const ByteTokenizer kBytes;

DataSpec Spec(const TextFolder& folder) {
  DataSpec spec{
      .text = {folder.Glob()}, .retrieval_share = 0.25, .sequence_tokens = 200, .held_out_share = 0.5};
  spec.prompts.pairs = 3;
  return spec;
}

void AddTexts(const TextFolder& folder) {
  for (char c = 'a'; c < 'g'; ++c)
    folder.Add(std::string(1, c) + ".txt", std::string(c == 'a' ? 30 : 2000, c));
}

TrainingBatch BatchOf(const DataSpec& spec, DataStream stream, std::int64_t step, int sequences) {
  const absl::StatusOr<TrainingData> data = TrainingData::Open(spec, kBytes);
  EXPECT_TRUE(data.ok()) << data.status();
  const absl::StatusOr<TrainingBatch> batch = data->Batch(stream, step, sequences);
  EXPECT_TRUE(batch.ok()) << batch.status();
  return *batch;
}

// One sequence as text.
std::string Text(const TrainingBatch& batch, int sequence) {
  const auto begin = batch.ids.begin() + sequence * batch.sequence_tokens;
  return std::string(begin, begin + batch.sequence_tokens);
}

bool IsPrompt(const std::string& text) { return text.starts_with("Memorize"); }

std::string ErrorOf(const DataSpec& spec) {
  const absl::StatusOr<TrainingData> data = TrainingData::Open(spec, kBytes);
  EXPECT_EQ(data.status().code(), absl::StatusCode::kInvalidArgument) << data.status();
  return std::string(data.status().message());
}

TEST(TrainingData, BatchIsAFunctionOfSpecStreamAndStep) {
  const TextFolder folder;
  AddTexts(folder);
  const DataSpec spec = Spec(folder);
  const TrainingBatch batch = BatchOf(spec, DataStream::kAlign, 7, 4);
  EXPECT_EQ(batch.ids, BatchOf(spec, DataStream::kAlign, 7, 4).ids);
  EXPECT_NE(batch.ids, BatchOf(spec, DataStream::kAlign, 8, 4).ids);
  EXPECT_NE(batch.ids, BatchOf(spec, DataStream::kDistill, 7, 4).ids);
  DataSpec other = spec;
  other.seed = 1;
  EXPECT_NE(batch.ids, BatchOf(other, DataStream::kAlign, 7, 4).ids);
}

TEST(TrainingData, MixesTheShareExactlyAndPacksFull) {
  const TextFolder folder;
  AddTexts(folder);
  const TrainingBatch batch = BatchOf(Spec(folder), DataStream::kAlign, 0, 40);
  ASSERT_EQ(batch.ids.size(), 40U * 200U);
  int prompts = 0;
  for (int i = 0; i < 40; ++i) prompts += IsPrompt(Text(batch, i)) ? 1 : 0;
  EXPECT_EQ(prompts, 10);
}

TEST(TrainingData, MarksWhatPredictsAnAnswer) {
  const TextFolder folder;
  AddTexts(folder);
  const TrainingBatch batch = BatchOf(Spec(folder), DataStream::kDistill, 0, 40);
  for (int i = 0; i < 40; ++i) {
    const std::string text = Text(batch, i);
    std::string marked;
    for (std::size_t t = 0; t + 1 < text.size(); ++t) {
      if (batch.is_answer[static_cast<std::size_t>(i) * 200 + t] != 0) marked += text[t + 1];
    }
    if (!IsPrompt(text)) {
      EXPECT_EQ(marked, "");
      continue;
    }
    // " 123" of the first prompt, the value that its dictionary gives the key asked for.
    ASSERT_GE(marked.size(), 4U) << text;
    const std::size_t quote = text.find("key '") + 5;
    const std::string key = text.substr(quote, text.find('\'', quote) - quote);
    EXPECT_THAT(text, HasSubstr("\n" + key + ":" + marked.substr(0, 4) + "\n"));
  }
}

TEST(TrainingData, NumbersPackedDocumentsWhereTheyBegin) {
  const TextFolder folder;
  AddTexts(folder);
  DataSpec spec = Spec(folder);
  spec.held_out_share = 0;
  const TrainingBatch batch = BatchOf(spec, DataStream::kAlign, 0, 400);
  bool packed_text = false;
  for (int i = 0; i < 400; ++i) {
    const std::string text = Text(batch, i);
    for (std::size_t t = 1; t < text.size(); ++t) {
      const std::size_t at = static_cast<std::size_t>(i) * 200 + t;
      const std::int64_t step = batch.document[at] - batch.document[at - 1];
      ASSERT_TRUE(step == 0 || step == 1);
      if (IsPrompt(text)) {
        EXPECT_EQ(step == 1, text[t] == 'M');  // the only capital M is that of a prompt's first word
      } else if (text[t] != text[t - 1]) {
        EXPECT_EQ(step, 1);
        packed_text = true;
      }
    }
  }
  EXPECT_TRUE(packed_text);
}

TEST(TrainingData, NeverShowsHeldOutText) {
  const TextFolder folder;
  AddTexts(folder);
  const DataSpec spec = Spec(folder);
  const absl::StatusOr<Corpus> corpus = OpenCorpus(spec, kBytes);
  ASSERT_TRUE(corpus.ok());
  const TrainingBatch batch = BatchOf(spec, DataStream::kAlign, 3, 200);
  for (int i = 0; i < 200; ++i) {
    const std::string text = Text(batch, i);
    if (IsPrompt(text)) continue;
    for (const TokenSpan& document : corpus->held_out)
      EXPECT_EQ(text.find(static_cast<char>(document[0])), std::string::npos);
  }
}

TEST(TrainingData, PromptsAloneNeedNoText) {
  DataSpec spec{.retrieval_share = 1, .sequence_tokens = 200};
  spec.prompts.pairs = 3;
  EXPECT_TRUE(IsPrompt(Text(BatchOf(spec, DataStream::kAlign, 0, 2), 1)));
}

TEST(TrainingData, ErrorsNameTheFieldAndTheRemedy) {
  const TextFolder folder;
  AddTexts(folder);
  const auto with = [&](auto change) {
    DataSpec spec = Spec(folder);
    change(spec);
    return ErrorOf(spec);
  };
  EXPECT_THAT(with([](DataSpec& s) { s.retrieval_share = 1.5; }), HasSubstr("data.retrieval_share: 1.5"));
  EXPECT_THAT(with([](DataSpec& s) { s.teacher_share = 0.8; }), HasSubstr("data.teacher_share: 0.8"));
  EXPECT_THAT(with([](DataSpec& s) { s.held_out_share = 1; }), HasSubstr("data.held_out_share: 1"));
  EXPECT_THAT(with([](DataSpec& s) { s.sequence_tokens = 2; }), HasSubstr("data.sequence_tokens: 2"));
  EXPECT_THAT(with([](DataSpec& s) { s.text.clear(); }), HasSubstr("data.text: empty"));
  EXPECT_THAT(with([](DataSpec& s) { s.prompts.pairs = 30; }), HasSubstr("cannot hold a prompt of 30 pairs"));
}

}  // namespace
}  // namespace rad
