// The container: what it holds, and every way in which a file can lie about it.
#include "worker/model/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/worker/model_files/gguf_builder.h"

namespace rad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::span<const std::byte> Bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string ErrorOf(const std::string& file) {
  auto gguf = ParseGguf(Bytes(file));
  EXPECT_EQ(gguf.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(gguf.status().message());
}
std::string ErrorOf(const GgufBuilder& builder) { return ErrorOf(builder.Build()); }

const float kFour[] = {1, 2, 3, 4};

GgufBuilder Sample() {
  GgufBuilder builder;
  builder.Text("name", "tiny")
      .Uint("count", 7)
      .Float("scale", 0.5f)
      .Texts("words", {"a", "", "bc"})
      .Ints("types", {3, -1});
  builder.Floats("w", {2, 2}, kFour);
  return builder;
}

TEST(Gguf, ReadsMetadataOfEveryKind) {
  const std::string file = Sample().Raw("flag", 7, "\1").Raw("small", 1, "\xFE").Build();
  auto gguf = ParseGguf(Bytes(file));
  ASSERT_TRUE(gguf.ok()) << gguf.status();
  EXPECT_EQ(gguf->version, 3u);
  EXPECT_EQ(std::get<std::string_view>(gguf->metadata.at("name")), "tiny");
  EXPECT_EQ(std::get<std::uint64_t>(gguf->metadata.at("count")), 7u);
  EXPECT_EQ(std::get<std::int64_t>(gguf->metadata.at("small")), -2);
  EXPECT_EQ(std::get<double>(gguf->metadata.at("scale")), 0.5);
  EXPECT_TRUE(std::get<bool>(gguf->metadata.at("flag")));
  EXPECT_THAT(*UnpackStrings(std::get<GgufArray>(gguf->metadata.at("words"))), ElementsAre("a", "", "bc"));
  EXPECT_THAT(*UnpackIntegers(std::get<GgufArray>(gguf->metadata.at("types"))), ElementsAre(3, -1));
  EXPECT_FALSE(UnpackStrings(std::get<GgufArray>(gguf->metadata.at("types"))).ok());
  EXPECT_FALSE(UnpackIntegers(std::get<GgufArray>(gguf->metadata.at("words"))).ok());
}

TEST(Gguf, ReadsTensorsWithTheOutermostExtentFirst) {
  const float six[] = {1, 2, 3, 4, 5, 6};
  const std::string file = Sample().Floats("v", {2, 3}, six).Build();
  auto gguf = ParseGguf(Bytes(file));
  ASSERT_TRUE(gguf.ok()) << gguf.status();
  EXPECT_THAT(gguf->tensors.at("v").shape, ElementsAre(2, 3));
  EXPECT_EQ(gguf->tensors.at("v").data.size(), sizeof six);
  EXPECT_EQ(std::memcmp(gguf->tensors.at("v").data.data(), six, sizeof six), 0);
}

TEST(Gguf, EveryTruncationIsAnError) {
  const std::string file = Sample().Build();
  ASSERT_TRUE(ParseGguf(Bytes(file)).ok());
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::string part = file.substr(0, size);
    auto gguf = ParseGguf(Bytes(part));
    ASSERT_FALSE(gguf.ok()) << "cut to " << size << " of " << file.size();
    ASSERT_THAT(std::string(gguf.status().message()), HasSubstr("truncated"));
  }
}

TEST(Gguf, RefusesWhatIsNoGguf) {
  EXPECT_THAT(ErrorOf(std::string("GGML") + std::string(100, '\0')), HasSubstr("does not begin with 'GGUF'"));
  GgufBuilder old = Sample();
  old.version = 1;
  EXPECT_THAT(ErrorOf(old), HasSubstr("GGUF version 1 is not supported"));
  old.version = 0x03000000;
  EXPECT_THAT(ErrorOf(old), HasSubstr("big-endian"));
}

TEST(Gguf, RefusesCountsThatTheFileCannotHold) {
  GgufBuilder many = Sample();
  many.extra_tensors = std::uint64_t{1} << 60;
  EXPECT_THAT(ErrorOf(many), HasSubstr("tensor count"));
  many = Sample();
  many.extra_keys = std::uint64_t{1} << 60;
  EXPECT_THAT(ErrorOf(many), HasSubstr("metadata count"));
  const std::string head = BytesOf(std::uint32_t{8});
  EXPECT_THAT(ErrorOf(Sample().Raw("words", 9, head + BytesOf(~std::uint64_t{0}))), HasSubstr("words"));
  EXPECT_THAT(ErrorOf(Sample().Raw("name", 8, BytesOf(~std::uint64_t{0}))), HasSubstr("name"));
}

TEST(Gguf, RefusesUnknownMetadataTypesAndNestedArrays) {
  EXPECT_THAT(ErrorOf(Sample().Raw("odd", 13, "")), HasSubstr("'odd' has the unknown type 13"));
  const std::string nested = BytesOf(std::uint32_t{9}) + BytesOf(std::uint64_t{1});
  EXPECT_THAT(ErrorOf(Sample().Raw("odd", 9, nested)), HasSubstr("'odd' is an array of type 9"));
}

TEST(Gguf, RefusesImpossibleShapes) {
  EXPECT_THAT(ErrorOf(Sample().Tensor("w", {0, 4}, 0, "")), HasSubstr("'w' has the impossible extent 0"));
  EXPECT_THAT(ErrorOf(Sample().Tensor("w", {1ull << 40, 1ull << 40}, 0, "")), HasSubstr("impossible extent"));
  EXPECT_THAT(ErrorOf(Sample().Tensor("w", {1, 1, 1, 1, 1}, 0, "")), HasSubstr("'w' has 5 dimensions"));
  EXPECT_THAT(ErrorOf(Sample().Tensor("w", {}, 0, "")), HasSubstr("'w' has 0 dimensions"));
  EXPECT_THAT(ErrorOf(Sample().Tensor("w", {2, 33}, 3, "")),
              HasSubstr("not a multiple of Q4_1's block of 32"));
}

TEST(Gguf, NamesATensorTypeThatItCannotRead) {
  EXPECT_THAT(ErrorOf(Sample().Tensor("w", {256}, 10, "")), HasSubstr("tensor 'w' has type Q2_K"));
  EXPECT_THAT(ErrorOf(Sample().Tensor("w", {256}, 4242, "")), HasSubstr("4242 (unknown)"));
}

TEST(Gguf, RefusesTensorsOutsideTheFile) {
  GgufBuilder beyond = Sample();
  beyond.extra_offset = 32;
  EXPECT_THAT(ErrorOf(beyond), HasSubstr("tensor 'w' wants 16 bytes at offset 32"));
  beyond.extra_offset = ~std::uint64_t{0} - 31;
  EXPECT_THAT(ErrorOf(beyond), HasSubstr("truncated or damaged"));
  beyond.extra_offset = 4;
  EXPECT_THAT(ErrorOf(beyond), HasSubstr("not a multiple of the alignment 32"));
}

TEST(Gguf, RefusesAStrangeAlignment) {
  EXPECT_THAT(ErrorOf(Sample().Uint("general.alignment", 24)), HasSubstr("general.alignment"));
  EXPECT_THAT(ErrorOf(Sample().Uint("general.alignment", 0)), HasSubstr("general.alignment"));
}

TEST(Gguf, RefusesAKeyThatOccursTwice) {
  std::string file = Sample().Text("nama", "x").Build();
  file.replace(file.find("nama"), 4, "name");
  EXPECT_THAT(ErrorOf(file), HasSubstr("metadata 'name' occurs twice"));
}

}  // namespace
}  // namespace rad
