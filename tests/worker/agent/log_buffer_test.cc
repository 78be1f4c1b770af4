#include "worker/agent/log_buffer.h"

#include <gtest/gtest.h>

namespace rad {
namespace {

std::vector<std::string> Numbers(std::size_t begin, std::size_t end) {
  std::vector<std::string> lines;
  for (std::size_t i = begin; i < end; ++i) lines.push_back(std::to_string(i));
  return lines;
}

TEST(LogBufferTest, LinesComeOutInOrderInBatches) {
  LogBuffer buffer;
  buffer.Add(Numbers(0, kLinesPerBatch + 1));
  EXPECT_EQ(buffer.TakeBatch(), Numbers(0, kLinesPerBatch));
  EXPECT_EQ(buffer.TakeBatch(), Numbers(kLinesPerBatch, kLinesPerBatch + 1));
  EXPECT_TRUE(buffer.empty());
}

TEST(LogBufferTest, TheOldestAreDroppedAndCounted) {
  LogBuffer buffer;
  buffer.Add(Numbers(0, kMaxBufferedLines + 7));
  const auto batch = buffer.TakeBatch();
  EXPECT_EQ(batch[0], "... 7 lines were dropped here");
  EXPECT_EQ(batch[1], "7");
  EXPECT_EQ(buffer.TakeBatch()[0], std::to_string(7 + kLinesPerBatch - 1));
}

TEST(LogBufferTest, TheLastLinesAreKeptWhetherSentOrNot) {
  LogBuffer buffer;
  buffer.Add(Numbers(0, 10));
  buffer.TakeBatch();
  EXPECT_EQ(buffer.last_lines(), (std::deque<std::string>{"6", "7", "8", "9"}));
}

}  // namespace
}  // namespace rad
