// frame.h: the byte format in which an executor reports to its agent: a 32-bit little-endian length, then
// that many bytes of a serialised rad.v1.WorkerMessage. Writer and reader share this file and nothing else.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rad {

// The largest report: scores of 1024 heads on 128 examples take about 1.2 MB.
inline constexpr std::size_t kMaxFrameBytes = 8 << 20;

// Writes one whole frame to a blocking descriptor. An error means that the reader is gone or the message is
// too large; the stream is then of no more use. Not to be called from two threads at once.
absl::Status WriteFrame(int fd, std::string_view message);

// Puts frames together from whatever pieces a pipe hands over.
class FrameReader {
 public:
  void Append(std::string_view bytes) { buffer_.append(bytes); }
  // The next whole message, or nullopt when more bytes are needed. DATA_LOSS when the stream is no stream of
  // frames.
  absl::StatusOr<std::optional<std::string>> Next();

 private:
  std::string buffer_;
};

}  // namespace rad
