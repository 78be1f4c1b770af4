// log_buffer.h: the lines of one attempt that the coordinator has not been given yet. Bounded: while the
// coordinator is away the oldest are dropped, and their number is said.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace rad {

inline constexpr std::size_t kMaxBufferedLines = 2000;
inline constexpr std::size_t kLinesPerBatch = 200;  // at most 800 KB
inline constexpr std::size_t kLastLines = 4;        // kept for the message of a crash

class LogBuffer {
 public:
  void Add(std::vector<std::string> lines);
  bool empty() const { return waiting_.empty(); }
  // Takes the oldest lines for one message.
  std::vector<std::string> TakeBatch();
  // The last lines ever added, sent or not.
  const std::deque<std::string>& last_lines() const { return last_; }

 private:
  std::deque<std::string> waiting_, last_;
  std::size_t dropped_ = 0;
};

}  // namespace rad
