#include "worker/data/write_shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/data/text_folder.h"
#include "worker/data/corpus.h"

namespace rad {
namespace {

using Kind = DataSource::Kind;

const ByteTokenizer kBytes;

SourceFiles Lines(const TextFolder& folder) {
  const DataSource source{Kind::kJsonl, {(folder.path() / "*.jsonl").string()}};
  auto files = FilesOfSource(source, "--jsonl");
  EXPECT_TRUE(files.ok()) << files.status();
  return *std::move(files);
}

TEST(WriteShards, WhatIsWrittenIsReadAsASource) {
  const TextFolder folder;
  std::string lines;
  for (int i = 10; i < 60; ++i) absl::StrAppend(&lines, "{\"text\": \"document ", i, "\"}\n");
  folder.Add("a.jsonl", lines);
  const auto written = WriteShards(Lines(folder), kBytes, folder.path() / "shards", {}, 100);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->documents, 50u);
  EXPECT_EQ(written->tokens, 50u * 11u);
  EXPECT_EQ(written->shards, 5);  // of ten documents, 110 tokens
  DataSpec spec{.held_out_share = 0};
  spec.sources.push_back({Kind::kTokens, {(folder.path() / "shards" / "*.tokens").string()}});
  const auto corpus = OpenCorpus(spec, kBytes);
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  std::set<std::string> texts;
  for (const TokenSpan& document : corpus->sources[0].train)
    texts.insert(kBytes.DecodeBytes(document.Ids()).value());
  EXPECT_EQ(texts.size(), 50u);
  EXPECT_TRUE(texts.contains("document 37"));
}

TEST(WriteShards, AFolderIsNeverWrittenOver) {
  const TextFolder folder;
  folder.Add("a.jsonl", "{\"text\": \"one\"}");
  EXPECT_TRUE(WriteShards(Lines(folder), kBytes, folder.path() / "shards").ok());
  EXPECT_EQ(WriteShards(Lines(folder), kBytes, folder.path() / "shards").status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST(WriteShards, AFaultLeavesNoFolder) {
  const TextFolder folder;
  folder.Add("a.jsonl", "{\"text\": \"one\"}\n{\"text\": 1}");
  EXPECT_EQ(WriteShards(Lines(folder), kBytes, folder.path() / "shards", {}, 1).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "shards"));
  folder.Add("a.jsonl", "{\"text\": \"one\"}");
  EXPECT_TRUE(WriteShards(Lines(folder), kBytes, folder.path() / "shards").ok());
}

}  // namespace
}  // namespace rad
