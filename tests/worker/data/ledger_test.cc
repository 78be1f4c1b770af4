// Keeps a ledger of every token that training is given: each once an epoch, at any world size and however
// often the run is taken up again, and no held-out one ever.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/data/text_folder.h"
#include "worker/ablation/split_mix.h"
#include "worker/data/token_shard_writer.h"
#include "worker/data/tokenizer_digest.h"
#include "worker/data/training_data.h"
#include "worker/parallel/batch_parts.h"

namespace rad {
namespace {

const ByteTokenizer kBytes;
constexpr int kBatch = 5;  // sequences, which no world size divides
constexpr std::int64_t kSequenceTokens = 32;
constexpr TokenId kSourceIds = 1'000'000;

using Counts = std::map<TokenId, int>;

// A source of documents of random length in two shards; no token's id is there twice in any source, so that
// an id says which token of which document it is.
DataSource AddSource(const TextFolder& folder, int source, SplitMix& random) {
  TokenId next = source * kSourceIds;
  const std::string name = "source" + std::to_string(source);
  for (const char* part : {"a.tokens", "b.tokens"}) {
    auto writer = TokenShardWriter::Create(folder.path() / (name + part), TokenizerDigest(kBytes), 1 << 30);
    EXPECT_TRUE(writer.ok()) << writer.status();
    for (std::uint64_t documents = 2 + random.Below(12); documents > 0; --documents) {
      std::vector<TokenId> ids(1 + random.Below(random.Below(3) == 0 ? 5 : 200));
      for (TokenId& id : ids) id = next++;
      EXPECT_TRUE(writer->Add(ids).ok());
    }
    EXPECT_TRUE(writer->Commit().ok());
  }
  return {.kind = DataSource::Kind::kTokens, .globs = {(folder.path() / (name + "*")).string()}};
}

TrainingData Open(const DataSpec& spec) {
  auto data = TrainingData::Open(spec, kBytes);
  EXPECT_TRUE(data.ok()) << data.status();
  return *std::move(data);
}

// What all ranks of a gang are given in these steps, in the order of the batch.
std::vector<std::int64_t> Given(const DataSpec& spec, int world_size, std::int64_t begin, std::int64_t end) {
  const TrainingData data = Open(spec);  // anew, as a run that is taken up again does
  std::vector<std::int64_t> ids;
  for (std::int64_t step = begin; step < end; ++step) {
    const auto batch = data.Batch(DataStream::kDistill, step, kBatch);
    EXPECT_TRUE(batch.ok()) << batch.status();
    for (int rank = 0; rank < world_size; ++rank) {
      for (const BatchPart& part :
           PartsOf({.rank = rank, .world_size = world_size, .batch_parts = world_size}, kBatch)) {
        const auto first = batch->ids.begin() + part.begin * kSequenceTokens;
        ids.insert(ids.end(), first, first + part.count * kSequenceTokens);
      }
    }
  }
  return ids;
}

Counts CountsOf(const std::vector<std::int64_t>& ids, std::size_t sequences) {
  Counts counts;
  for (std::size_t i = 0; i < sequences * kSequenceTokens; ++i) ++counts[static_cast<TokenId>(ids[i])];
  return counts;
}

// Tokens of a source by document.
struct Documents {
  std::set<TokenId> train, held_out;
};
Documents Ledger(const DataSpec& spec, int source) {
  const auto corpus = OpenCorpus(spec, kBytes);
  EXPECT_TRUE(corpus.ok()) << corpus.status();
  Documents documents;
  const auto add = [&](const TokenSpan& span, std::set<TokenId>& to) {
    for (const TokenId id : span.Ids()) {
      if (id / kSourceIds == source) to.insert(id);
    }
  };
  for (const Corpus::Source& of_source : corpus->sources) {
    for (const TokenSpan& span : of_source.train) add(span, documents.train);
  }
  for (const TokenSpan& span : corpus->held_out) add(span, documents.held_out);
  return documents;
}

TEST(Ledger, EveryTokenIsGivenOnceAnEpochAtAnyWorldSizeAndAcrossRestarts) {
  for (std::uint64_t trial = 0; trial < 20; ++trial) {
    SplitMix random({trial, 99});
    const TextFolder folder;
    DataSpec spec{
        .retrieval_share = 0, .sequence_tokens = kSequenceTokens, .held_out_share = 0.2, .seed = trial};
    spec.sources.push_back(AddSource(folder, 1, random));
    const std::set<TokenId> train = Ledger(spec, 1).train;
    const std::size_t tokens = train.size();
    const auto steps = static_cast<std::int64_t>(3 * tokens / kSequenceTokens / kBatch + 2);
    const std::vector<std::int64_t> alone = Given(spec, 1, 0, steps);
    for (std::size_t epochs = 1; epochs <= 3; ++epochs) {
      const std::size_t sequences = (epochs * tokens + kSequenceTokens - 1) / kSequenceTokens;
      const std::size_t of_next_epoch = sequences * kSequenceTokens - epochs * tokens;
      const Counts counts = CountsOf(alone, sequences);
      ASSERT_EQ(counts.size(), tokens);
      std::size_t once_more = 0;
      for (const auto& [id, times] : counts) {
        ASSERT_TRUE(train.contains(id));
        const auto more = static_cast<std::size_t>(times) - epochs;
        ASSERT_LE(more, 1u) << id;
        once_more += more;
      }
      EXPECT_EQ(once_more, of_next_epoch);
    }
    // Three workers, of which one is lost in the middle.
    const std::int64_t middle = steps / 2;
    std::vector<std::int64_t> resumed = Given(spec, 3, 0, middle);
    const std::vector<std::int64_t> rest = Given(spec, 2, middle, steps);
    resumed.insert(resumed.end(), rest.begin(), rest.end());
    const auto whole = static_cast<std::size_t>(steps) * kBatch;
    EXPECT_EQ(CountsOf(resumed, whole), CountsOf(alone, whole));
  }
}

TEST(Ledger, EpochsDifferInOrderAndCuts) {
  SplitMix random({1});
  const TextFolder folder;
  DataSpec spec{.retrieval_share = 0, .sequence_tokens = kSequenceTokens, .held_out_share = 0};
  spec.sources.push_back(AddSource(folder, 1, random));
  const std::size_t tokens = Ledger(spec, 1).train.size();
  const std::vector<std::int64_t> ids =
      Given(spec, 1, 0, static_cast<std::int64_t>(2 * tokens / kSequenceTokens / kBatch + 1));
  std::set<std::int64_t> firsts;  // of sequences
  const std::size_t sequences = 2 * tokens / kSequenceTokens;
  for (std::size_t i = 0; i < sequences; ++i) firsts.insert(ids[i * kSequenceTokens]);
  EXPECT_GT(firsts.size(), sequences * 3 / 4);
}

TEST(Ledger, MixedSourcesEachReadEveryTokenOnceAnEpochInTheirShare) {
  SplitMix random({2});
  const TextFolder folder;
  DataSpec spec{.retrieval_share = 0.25, .sequence_tokens = 200, .held_out_share = 0.3};
  for (const int source : {1, 2}) spec.sources.push_back(AddSource(folder, source, random));
  spec.prompts.pairs = 3;
  spec.sources[0].weight = 3;
  const TrainingData data = Open(spec);
  constexpr int kSequences = 800;
  const auto batch = data.Batch(DataStream::kAlign, 0, kSequences);
  ASSERT_TRUE(batch.ok()) << batch.status();
  std::map<int, int> sequences;  // by source; prompts have ids below 256
  std::map<int, Counts> counts;
  for (int i = 0; i < kSequences; ++i) {
    const auto first = batch->ids.begin() + i * 200;
    const int source = static_cast<int>(*first) / kSourceIds;
    ++sequences[source];
    for (auto id = first; id != first + 200; ++id) {
      EXPECT_EQ(*id / kSourceIds, source);
      ++counts[source][static_cast<TokenId>(*id)];
    }
  }
  EXPECT_EQ(sequences[0], 200);
  EXPECT_NEAR(sequences[1], 450, 1);
  EXPECT_NEAR(sequences[2], 150, 1);
  for (const int source : {1, 2}) {
    const Documents documents = Ledger(spec, source);
    ASSERT_FALSE(documents.held_out.empty());
    const int epochs = sequences[source] * 200 / static_cast<int>(documents.train.size());
    ASSERT_GT(epochs, 1);
    EXPECT_EQ(counts[source].size(), documents.train.size());
    for (const auto& [id, times] : counts[source]) {
      EXPECT_TRUE(documents.train.contains(id));
      EXPECT_GE(times, epochs);      // but for ranges that this epoch still has to read, each cut by
      EXPECT_LE(times, epochs + 2);  // the next epoch's beginning
    }
  }
}

}  // namespace
}  // namespace rad
