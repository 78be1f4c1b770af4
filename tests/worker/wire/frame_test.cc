#include "worker/wire/frame.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace rad {
namespace {

// All that was written into a pipe.
std::string Written(const std::vector<std::string>& messages) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  std::thread writer([&] {
    for (const std::string& message : messages) EXPECT_TRUE(WriteFrame(ends[1], message).ok());
    close(ends[1]);
  });
  std::string bytes(1 << 16, '\0'), all;
  for (ssize_t count; (count = read(ends[0], bytes.data(), bytes.size())) > 0;) {
    all.append(bytes, 0, static_cast<std::size_t>(count));
  }
  writer.join();
  close(ends[0]);
  return all;
}

TEST(FrameTest, MessagesComeBackFromPiecesOfAnySize) {
  const std::vector<std::string> messages = {"", "a", std::string(70000, 'x'), std::string("\0\n\xFF", 3)};
  const std::string stream = Written(messages);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{4096}, stream.size()}) {
    FrameReader reader;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.Append(std::string_view(stream).substr(at, piece));
      while (true) {
        const auto next = reader.Next();
        ASSERT_TRUE(next.ok());
        if (!next->has_value()) break;
        found.push_back(**next);
      }
    }
    EXPECT_EQ(found, messages) << "pieces of " << piece;
  }
}

TEST(FrameTest, AHalfMessageIsNone) {
  FrameReader reader;
  reader.Append(Written({"hello"}).substr(0, 8));
  const auto next = reader.Next();
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(next->has_value());
}

TEST(FrameTest, AnAbsurdLengthIsDataLossNotAnAllocation) {
  FrameReader reader;
  reader.Append("\xFF\xFF\xFF\xFF rest");
  EXPECT_EQ(reader.Next().status().code(), absl::StatusCode::kDataLoss);
}

TEST(FrameTest, TooLargeAMessageIsRefusedBeforeAnythingIsWritten) {
  EXPECT_EQ(WriteFrame(-1, std::string(kMaxFrameBytes + 1, 'x')).code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(FrameTest, AGoneReaderIsAnError) {
  signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_FALSE(WriteFrame(ends[1], "x").ok());
  close(ends[1]);
}

}  // namespace
}  // namespace rad
