#include "worker/wire/frame.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

constexpr std::size_t kLengthBytes = 4;

std::string EncodeLength(std::size_t length) {
  std::string bytes(kLengthBytes, '\0');
  for (std::size_t i = 0; i < kLengthBytes; ++i) bytes[i] = static_cast<char>(length >> (8 * i));
  return bytes;
}

std::size_t DecodeLength(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return length;
}

}  // namespace

absl::Status WriteFrame(int fd, std::string_view message) {
  if (message.size() > kMaxFrameBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a report of ", message.size(), " bytes is larger than ", kMaxFrameBytes));
  }
  std::string frame = EncodeLength(message.size());
  frame.append(message);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t written = write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, "cannot report to the agent");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> FrameReader::Next() {
  if (buffer_.size() < kLengthBytes) return std::nullopt;
  const std::size_t length = DecodeLength(buffer_);
  if (length > kMaxFrameBytes) {
    return absl::DataLossError(absl::StrCat("a report claims ", length, " bytes; at most ", kMaxFrameBytes));
  }
  if (buffer_.size() < kLengthBytes + length) return std::nullopt;
  std::string message = buffer_.substr(kLengthBytes, length);
  buffer_.erase(0, kLengthBytes + length);
  return message;
}

}  // namespace rad
