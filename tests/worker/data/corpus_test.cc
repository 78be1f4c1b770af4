#include "worker/data/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/worker/ablation/byte_tokenizer.h"
#include "tests/worker/data/text_folder.h"
#include "worker/data/token_shard_writer.h"
#include "worker/data/tokenizer_digest.h"

namespace rad {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;
using Kind = DataSource::Kind;

const ByteTokenizer kBytes;

std::set<std::string> Texts(const std::vector<TokenSpan>& documents) {
  std::set<std::string> texts;
  for (const TokenSpan& document : documents) texts.insert(kBytes.DecodeBytes(document.Ids()).value());
  return texts;
}

Corpus Open(const DataSpec& spec) {
  auto corpus = OpenCorpus(spec, kBytes);
  EXPECT_TRUE(corpus.ok()) << corpus.status();
  return *std::move(corpus);
}

std::string ErrorOf(const DataSpec& spec) {
  const auto corpus = OpenCorpus(spec, kBytes);
  EXPECT_EQ(corpus.status().code(), absl::StatusCode::kInvalidArgument) << corpus.status();
  return std::string(corpus.status().message());
}

DataSpec SpecOf(std::vector<DataSource> sources, double held_out_share = 0) {
  DataSpec spec{.held_out_share = held_out_share};
  spec.sources = std::move(sources);
  return spec;
}

DataSource Source(const TextFolder& folder, Kind kind, const std::string& glob) {
  return {.kind = kind, .globs = {(folder.path() / glob).string()}};
}

TEST(Corpus, DividesByContentsNotByPlaces) {
  const TextFolder folder;
  for (int i = 0; i < 20; ++i) folder.Add(absl::StrCat("a", i, ".txt"), absl::StrCat("text ", i));
  const DataSpec spec{.text = {folder.Glob()}, .held_out_share = 0.25, .seed = 3};
  const Corpus first = Open(spec);
  EXPECT_EQ(first.held_out.size(), 5u);
  EXPECT_EQ(first.sources[0].train.size(), 15u);
  // The same contents under names in another order.
  for (int i = 0; i < 20; ++i) {
    folder.Add(absl::StrCat("b", 99 - i, ".txt"), absl::StrCat("text ", i));
    std::filesystem::remove(folder.path() / absl::StrCat("a", i, ".txt"));
  }
  const Corpus second = Open(spec);
  EXPECT_EQ(Texts(second.held_out), Texts(first.held_out));
  EXPECT_EQ(Texts(second.sources[0].train), Texts(first.sources[0].train));
  EXPECT_EQ(second.digest, first.digest);
  folder.Add("b99.txt", "another");
  EXPECT_NE(Open(spec).digest, first.digest);
}

TEST(Corpus, AnyShareLeavesBothSidesOneDocument) {
  const TextFolder folder;
  folder.Add("1.txt", "one");
  folder.Add("2.txt", "two");
  folder.Add("blank.txt", " \n\t");
  for (const double share : {0.0001, 0.9999}) {
    const Corpus corpus = Open({.text = {folder.Glob()}, .held_out_share = share});
    EXPECT_EQ(corpus.sources[0].train.size(), 1u) << share;
    EXPECT_EQ(corpus.held_out.size(), 1u) << share;
  }
}

TEST(Corpus, FileMatchedByTwoGlobsIsOneDocument) {
  const TextFolder folder;
  folder.Add("1.txt", "one");
  const Corpus corpus =
      Open({.text = {folder.Glob(), (folder.path() / "1.*").string()}, .held_out_share = 0});
  EXPECT_EQ(corpus.sources[0].train.size(), 1u);
}

TEST(Corpus, ReadsJsonLinesByTheirField) {
  const TextFolder folder;
  folder.Add("a.jsonl",
             "{\"body\": \"one\\n\u00e4\", \"n\": 1}\r\n\n{\"n\": 2, \"body\": \"two\"}\n{\"body\": \" \"}");
  DataSource source = Source(folder, Kind::kJsonl, "*.jsonl");
  source.field = "body";
  const DataSpec spec = SpecOf({source});
  EXPECT_THAT(Texts(Open(spec).sources[0].train), UnorderedElementsAre("one\n\u00e4", "two"));
}

TEST(Corpus, FaultyJsonLinesAreNamed) {
  const TextFolder folder;
  const DataSpec spec = SpecOf({Source(folder, Kind::kJsonl, "*.jsonl")});
  folder.Add("a.jsonl", "{\"text\": \"one\"}\n{\"text\": 2}\n");
  EXPECT_THAT(ErrorOf(spec), HasSubstr("data.sources[0].jsonl"));
  EXPECT_THAT(ErrorOf(spec), HasSubstr("a.jsonl:2 has no string \"text\""));
  folder.Add("a.jsonl", "{\"text\": \"one\"}\n\n{\"text\": \"tw");
  EXPECT_THAT(ErrorOf(spec), HasSubstr("a.jsonl:3"));
}

TEST(Corpus, ReadsTheShardsOfItsTokenizerOnly) {
  const TextFolder folder;
  const auto write = [&](const std::string& digest) {
    auto writer = TokenShardWriter::Create(folder.path() / "1.tokens", digest, 256);
    ASSERT_TRUE(writer.ok() && writer->Add(std::vector<TokenId>{'h', 'i'}).ok() && writer->Commit().ok());
  };
  const DataSpec spec = SpecOf({Source(folder, Kind::kTokens, "*.tokens")});
  write(TokenizerDigest(kBytes));
  EXPECT_THAT(Texts(Open(spec).sources[0].train), UnorderedElementsAre("hi"));
  write(std::string(64, '0'));
  EXPECT_THAT(ErrorOf(spec), HasSubstr("another tokenizer"));
  folder.Add("1.tokens", "no shard");
  EXPECT_THAT(ErrorOf(spec), HasSubstr("data.sources[0].tokens: "));
}

// The same document in two sources, or twice in one, must not be learnt from in one place and be measured
// in another.
TEST(Corpus, AHeldOutDocumentIsHeldOutOfEverySource) {
  const TextFolder folder;
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    folder.Add(absl::StrCat(i, ".txt"), absl::StrCat("document ", i));
    if (i % 3 == 0) folder.Add(absl::StrCat("copy", i, ".txt"), absl::StrCat("document ", i));
    if (i % 2 == 0) absl::StrAppend(&lines, "{\"text\": \"document ", i, "\"}\n");
  }
  folder.Add("a.jsonl", absl::StrCat(lines, "{\"text\": \"only here\"}\n"));
  DataSpec spec =
      SpecOf({Source(folder, Kind::kText, "*.txt"), Source(folder, Kind::kJsonl, "*.jsonl")}, 0.3);
  for (spec.seed = 0; spec.seed < 50; ++spec.seed) {
    const Corpus corpus = Open(spec);
    const std::set<std::string> held_out = Texts(corpus.held_out);
    EXPECT_GE(held_out.size(), 12u);  // of the 40
    EXPECT_EQ(held_out.size(), corpus.held_out.size());
    std::set<std::string> all = held_out;
    for (const Corpus::Source& source : corpus.sources) {
      for (const std::string& text : Texts(source.train)) {
        EXPECT_FALSE(held_out.contains(text)) << text;
        all.insert(text);
      }
    }
    EXPECT_EQ(all.size(), 41u);
  }
}

TEST(Corpus, FilesThatChangedSinceAreRefused) {
  const TextFolder folder;
  folder.Add("1.txt", "as it was inspected");
  DataSpec spec{.text = {folder.Glob()}, .held_out_share = 0};
  spec.digest = Open(spec).digest;
  Open(spec);
  folder.Add("1.txt", "as it is now");
  const auto corpus = OpenCorpus(spec, kBytes);
  EXPECT_EQ(corpus.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(corpus.status().message()), HasSubstr("data.text: the files changed"));
}

TEST(Corpus, ErrorsNameTheFieldAndTheRemedy) {
  const TextFolder folder;
  EXPECT_THAT(ErrorOf({.text = {folder.Glob()}}), HasSubstr("matches no file"));
  folder.Add("blank.txt", "\n \n");
  EXPECT_THAT(ErrorOf({.text = {folder.Glob()}}), HasSubstr("blank"));
  folder.Add("only.txt", "text");
  EXPECT_THAT(ErrorOf({.text = {folder.Glob()}}), HasSubstr("data.held_out_share"));
}

}  // namespace
}  // namespace rad
