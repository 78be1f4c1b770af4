#include "worker/agent/log_buffer.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace rad {

void LogBuffer::Add(std::vector<std::string> lines) {
  for (std::string& line : lines) {
    last_.push_back(line);
    if (last_.size() > kLastLines) last_.pop_front();
    waiting_.push_back(std::move(line));
    if (waiting_.size() <= kMaxBufferedLines) continue;
    waiting_.pop_front();
    ++dropped_;
  }
}

std::vector<std::string> LogBuffer::TakeBatch() {
  std::vector<std::string> batch;
  if (dropped_ > 0) batch.push_back(absl::StrCat("... ", dropped_, " lines were dropped here"));
  dropped_ = 0;
  while (!waiting_.empty() && batch.size() < kLinesPerBatch) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

}  // namespace rad
