// Written files read back; files that lie are refused; a failed write leaves nothing behind.
#include "worker/model/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include "tests/worker/model_files/gguf_builder.h"
#include "tests/worker/model_files/tiny_model.h"
#include "worker/model/safetensors_writer.h"

namespace rad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string FileOf(const std::string& header, const std::string& data) {
  return BytesOf(std::uint64_t{header.size()}) + header + data;
}

std::string ErrorOf(const std::string& file) {
  auto contents = ParseSafetensors(std::as_bytes(std::span(file)));
  EXPECT_EQ(contents.status().code(), absl::StatusCode::kInvalidArgument) << file;
  return std::string(contents.status().message());
}

const std::vector<std::byte> kBytes(24);

TEST(Safetensors, ReadsBackWhatWasWritten) {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.safetensors";
  const float f32[] = {1.5f, -2, 3, 4, 5, 6};
  const std::int64_t i64[] = {-7};
  const std::uint8_t u8[] = {1, 2, 3};  // odd length: what follows is unaligned
  const std::vector<TensorView> views = {{"z", DType::kU8, {3}, std::as_bytes(std::span(u8))},
                                         {"scalar", DType::kI64, {}, std::as_bytes(std::span(i64))},
                                         {"m.\"x\"", DType::kF32, {2, 3}, std::as_bytes(std::span(f32))},
                                         {"none", DType::kBF16, {0, 5}, {}}};
  ASSERT_TRUE(WriteSafetensors(path, views, {{"format", "pt"}, {"note", "\u00e9"}}).ok());
  auto file = SafetensorsFile::Open(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->contents().metadata.at("note"), "\u00e9");
  ASSERT_EQ(file->contents().tensors.size(), views.size());
  for (const TensorView& view : views) {
    auto read = file->Find(view.name);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ((*read)->dtype, view.dtype);
    EXPECT_EQ((*read)->shape, view.shape);
    ASSERT_EQ((*read)->data.size(), view.data.size());
    EXPECT_TRUE(std::equal(view.data.begin(), view.data.end(), (*read)->data.begin()));
  }
  EXPECT_EQ(file->Find("absent").status().code(), absl::StatusCode::kNotFound);
}

TEST(Safetensors, WriteRefusesViewsThatDisagree) {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.safetensors";
  const std::vector<TensorView> twice = {{"w", DType::kU8, {24}, kBytes}, {"w", DType::kU8, {24}, kBytes}};
  EXPECT_EQ(WriteSafetensors(path, twice, {}).code(), absl::StatusCode::kInvalidArgument);
  const std::vector<TensorView> short_view = {{"w", DType::kF32, {7}, kBytes}};
  EXPECT_THAT(std::string(WriteSafetensors(path, short_view, {}).message()), HasSubstr("'w' has 24 bytes"));
  const std::vector<TensorView> negative = {{"w", DType::kU8, {-1, -24}, kBytes}};
  EXPECT_FALSE(WriteSafetensors(path, negative, {}).ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Safetensors, AFailedWriteLeavesTheOldFileAndNoOther) {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.safetensors";
  WriteText(path, "old");
  const std::vector<std::byte> big(1 << 20);
  const std::vector<TensorView> views = {{"w", DType::kU8, {1 << 20}, big}};
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {4096, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);  // writes beyond fail as on a full disk
  const absl::Status status = WriteSafetensors(path, views, {});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(std::filesystem::file_size(path), 3u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_EQ(WriteSafetensors(folder.path() / "no" / "b", views, {}).code(), absl::StatusCode::kUnavailable);
}

TEST(Safetensors, RefusesBadHeaders) {
  EXPECT_THAT(ErrorOf("short"), HasSubstr("truncated"));
  EXPECT_THAT(ErrorOf(BytesOf(~std::uint64_t{0})), HasSubstr("header's length is 18446744073709551615"));
  EXPECT_THAT(ErrorOf(BytesOf(std::uint64_t{100})), HasSubstr("truncated"));
  EXPECT_THAT(ErrorOf(FileOf("{", "")), HasSubstr("not valid JSON"));
  EXPECT_THAT(ErrorOf(FileOf("[]", "")), HasSubstr("must be a JSON object"));
  EXPECT_THAT(ErrorOf(FileOf(std::string(100000, '['), "")), HasSubstr("nested deeper"));
  EXPECT_THAT(ErrorOf(FileOf("{\"__metadata__\":{\"a\":1}}", "")), HasSubstr("'a' must be a string"));
}

TEST(Safetensors, RefusesTensorsThatLie) {
  const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return "{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
  };
  const std::string data(8, '\0');
  EXPECT_THAT(ErrorOf(FileOf(entry("F4", "[2]", "[0,8]"), data)), HasSubstr("'w' has dtype 'F4'"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[3]", "[0,8]"), data)), HasSubstr("'w' has 8 bytes"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[-2]", "[0,8]"), data)), HasSubstr("impossible extent -2"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[4294967296,4294967296]", "[0,8]"), data)),
              HasSubstr("impossible extent"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[0,18446744073709551615]", "[0,0]"), "")),
              HasSubstr("impossible extent"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[2.5]", "[0,8]"), data)), HasSubstr("impossible extent"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[2]", "[8,0]"), data)), HasSubstr("before they begin"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[2]", "[0]"), data)), HasSubstr("data_offsets must be two"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[2]", "[0,8]"), "1234")), HasSubstr("truncated"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[1]", "[4,8]"), data)), HasSubstr("begins at byte 4"));
  EXPECT_THAT(ErrorOf(FileOf(entry("F32", "[1]", "[0,4]"), data)),
              HasSubstr("4 bytes after its last tensor"));
  EXPECT_THAT(ErrorOf(FileOf("{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]},"
                             "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
                             data)),
              HasSubstr("'b' begins at byte 4"));
}

}  // namespace
}  // namespace rad
