#include "worker/data/token_shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "tests/worker/data/text_folder.h"
#include "worker/data/token_shard_writer.h"

namespace rad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kDigest(64, 'a');

void Write(const std::filesystem::path& path, const std::vector<std::vector<TokenId>>& documents,
           std::int64_t vocab_size) {
  auto writer = TokenShardWriter::Create(path, kDigest, vocab_size);
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const std::vector<TokenId>& document : documents) ASSERT_TRUE(writer->Add(document).ok());
  ASSERT_TRUE(writer->Commit().ok());
}

std::string Bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(TokenShard, GivesBackWhatWasWritten) {
  const TextFolder folder;
  for (const std::int64_t vocab_size : {65'536, 65'537}) {  // two bytes, four bytes
    const std::filesystem::path path = folder.path() / "shard";
    Write(path, {{1, 2, 65'535}, {}, {7}, {1, 2, 65'535}}, vocab_size);
    const auto shard = TokenShard::Open(path, kDigest);
    ASSERT_TRUE(shard.ok()) << shard.status();
    EXPECT_EQ(shard->tokens(), 7u);
    ASSERT_EQ(shard->documents(), 3u);  // the empty one is passed over
    EXPECT_THAT(shard->Document(0).Ids(), ElementsAre(1, 2, 65'535));
    EXPECT_THAT(shard->Document(1).Ids(), ElementsAre(7));
    EXPECT_THAT(shard->Document(2).Part(1, 2).Ids(), ElementsAre(2, 65'535));
    EXPECT_EQ(shard->ContentHash(0), shard->ContentHash(2));
    EXPECT_NE(shard->ContentHash(0), shard->ContentHash(1));
  }
}

TEST(TokenShard, AShardCutShortAnywhereIsRefused) {
  const TextFolder folder;
  Write(folder.path() / "whole", {{1, 2, 3}, {4, 5}}, 256);
  const std::string whole = Bytes(folder.path() / "whole");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder.Add("part", whole.substr(0, size));
    EXPECT_EQ(TokenShard::Open(folder.path() / "part", kDigest).status().code(), absl::StatusCode::kDataLoss)
        << size;
  }
}

TEST(TokenShard, AnyFlippedBitIsFound) {
  const TextFolder folder;
  Write(folder.path() / "whole", {{1, 2, 3}, {4, 5}}, 256);
  const std::string whole = Bytes(folder.path() / "whole");
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    folder.Add("damaged", damaged);
    EXPECT_FALSE(TokenShard::Open(folder.path() / "damaged", kDigest).ok()) << bit;
  }
}

TEST(TokenShard, AnotherTokenizersShardIsRefused) {
  const TextFolder folder;
  Write(folder.path() / "shard", {{1}}, 256);
  const auto shard = TokenShard::Open(folder.path() / "shard", std::string(64, 'b'));
  EXPECT_EQ(shard.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(shard.status().message()), HasSubstr("another tokenizer"));
}

TEST(TokenShard, WithoutCommitThereIsNoFile) {
  const TextFolder folder;
  {
    auto writer = TokenShardWriter::Create(folder.path() / "shard", kDigest, 256);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer->Add(std::vector<TokenId>{1, 2}).ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_EQ(TokenShard::Open(folder.path() / "shard", kDigest).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace rad
