#include "worker/data/token_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/data/text_folder.h"
#include "worker/data/corpus.h"

namespace rad {
namespace {

class CountingTokenizer : public ByteTokenizer {
 public:
  absl::StatusOr<std::vector<TokenId>> Encode(std::string_view text) const override {
    ++calls;
    return ByteTokenizer::Encode(text);
  }
  mutable std::atomic<int> calls = 0;
};

class TokenCache : public testing::Test {
 protected:
  TokenCache() { folder_.Add("1.txt", "some text"); }

  std::vector<TokenId> Read() {
    const auto corpus = OpenCorpus(spec_, tokenizer_);
    EXPECT_TRUE(corpus.ok()) << corpus.status();
    return corpus->sources[0].train[0].Ids();
  }
  std::vector<std::filesystem::path> Files() const {
    return {std::filesystem::directory_iterator(spec_.cache), {}};
  }

  const TextFolder folder_;
  const CountingTokenizer tokenizer_;
  const DataSpec spec_{.text = {folder_.Glob()}, .held_out_share = 0, .cache = folder_.path() / "cache"};
};

TEST_F(TokenCache, TextIsTokenisedOnce) {
  const std::vector<TokenId> first = Read();
  const int calls = tokenizer_.calls;
  EXPECT_GT(calls, 0);
  EXPECT_EQ(Read(), first);
  EXPECT_EQ(tokenizer_.calls, calls);
  folder_.Add("1.txt", "other text");
  EXPECT_NE(Read(), first);
  EXPECT_GT(tokenizer_.calls, calls);
}

TEST_F(TokenCache, ADamagedShardIsWrittenAgain) {
  const std::vector<TokenId> first = Read();
  ASSERT_EQ(Files().size(), 1u);
  std::filesystem::resize_file(Files()[0], 50);
  EXPECT_EQ(Read(), first);
  const int calls = tokenizer_.calls;
  EXPECT_EQ(Read(), first);
  EXPECT_EQ(tokenizer_.calls, calls);
}

TEST_F(TokenCache, ManyMayReadAndWriteItAtOnce) {
  const std::vector<TokenId> expected = ByteTokenizer().Encode("some text").value();
  std::vector<std::thread> readers;
  std::vector<std::vector<TokenId>> read(8);
  for (std::vector<TokenId>& ids : read) readers.emplace_back([&] { ids = Read(); });
  for (std::thread& reader : readers) reader.join();
  for (const std::vector<TokenId>& ids : read) EXPECT_EQ(ids, expected);
  EXPECT_EQ(Files().size(), 1u);
}

}  // namespace
}  // namespace rad
