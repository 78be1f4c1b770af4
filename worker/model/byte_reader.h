// byte_reader.h: reads little-endian fields one after another from bytes that nobody vouches for.
// The first read that does not fit sets status(); from then on every read returns zero or nothing, so a
// parser may read a group of fields and ask once. Views point into the bytes read from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "absl/status/status.h"

namespace rad {

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // `what` names the field in the message.
  template <typename T>
  T Read(std::string_view what) {
    T value{};
    if (const std::byte* from = Take(sizeof(T), what)) std::memcpy(&value, from, sizeof(T));
    return value;
  }
  std::string_view ReadBytes(std::uint64_t count, std::string_view what);
  // Fails unless `count` items of at least `min_bytes` each can still follow: to be asked before anything is
  // allocated or looped over by a count from the file.
  bool Fits(std::uint64_t count, std::uint64_t min_bytes, std::string_view what);
  void Fail(absl::Status status);

  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }
  std::uint64_t offset() const { return offset_; }
  std::uint64_t remaining() const { return bytes_.size() - offset_; }

 private:
  const std::byte* Take(std::uint64_t count, std::string_view what);

  std::span<const std::byte> bytes_;
  std::uint64_t offset_ = 0;
  absl::Status status_;
};

}  // namespace rad
