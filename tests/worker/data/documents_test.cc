#include "worker/data/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/worker/data/text_folder.h"

namespace rad {
namespace {

using testing::HasSubstr;

std::set<std::string> Texts(const std::vector<Document>& documents) {
  std::set<std::string> texts;
  for (const Document& document : documents) texts.insert(document.text);
  return texts;
}

std::string ErrorOf(const DataSpec& spec) {
  const absl::StatusOr<DocumentSplit> split = ReadDocuments(spec);
  EXPECT_EQ(split.status().code(), absl::StatusCode::kInvalidArgument) << split.status();
  return std::string(split.status().message());
}

TEST(Documents, SplitByDocumentDependsOnContentsNotPlaces) {
  const TextFolder folder;
  for (int i = 0; i < 20; ++i) folder.Add("a" + std::to_string(i) + ".txt", "text " + std::to_string(i));
  const DataSpec spec{.text = {folder.Glob()}, .held_out_share = 0.25, .seed = 3};
  const absl::StatusOr<DocumentSplit> first = ReadDocuments(spec);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->held_out.size(), 5U);
  EXPECT_EQ(first->train.size(), 15U);
  // The same contents under names in another order.
  for (int i = 0; i < 20; ++i) {
    folder.Add("b" + std::to_string(99 - i) + ".txt", "text " + std::to_string(i));
    std::filesystem::remove(folder.path() / ("a" + std::to_string(i) + ".txt"));
  }
  const absl::StatusOr<DocumentSplit> second = ReadDocuments(spec);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(Texts(second->held_out), Texts(first->held_out));
  EXPECT_EQ(Texts(second->train), Texts(first->train));
}

TEST(Documents, AnyShareLeavesBothSidesOneDocument) {
  const TextFolder folder;
  folder.Add("1.txt", "one");
  folder.Add("2.txt", "two");
  folder.Add("blank.txt", " \n\t");
  for (const double share : {0.0001, 0.9999}) {
    const absl::StatusOr<DocumentSplit> split =
        ReadDocuments({.text = {folder.Glob()}, .held_out_share = share});
    ASSERT_TRUE(split.ok()) << split.status();
    EXPECT_EQ(split->train.size(), 1U) << share;
    EXPECT_EQ(split->held_out.size(), 1U) << share;
  }
}

TEST(Documents, FileMatchedByTwoGlobsIsOneDocument) {
  const TextFolder folder;
  folder.Add("1.txt", "one");
  const absl::StatusOr<DocumentSplit> split =
      ReadDocuments({.text = {folder.Glob(), (folder.path() / "1.*").string()}, .held_out_share = 0});
  ASSERT_TRUE(split.ok()) << split.status();
  EXPECT_EQ(split->train.size(), 1U);
}

TEST(Documents, ErrorsNameTheFieldAndTheRemedy) {
  const TextFolder folder;
  EXPECT_THAT(ErrorOf({.text = {folder.Glob()}}), HasSubstr("matches no file"));
  folder.Add("blank.txt", "\n \n");
  EXPECT_THAT(ErrorOf({.text = {folder.Glob()}}), HasSubstr("blank"));
  folder.Add("only.txt", "text");
  EXPECT_THAT(ErrorOf({.text = {folder.Glob()}}), HasSubstr("data.held_out_share"));
}

}  // namespace
}  // namespace rad
