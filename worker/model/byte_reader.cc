#include "worker/model/byte_reader.h"

#include "worker/model/str_cat.h"

namespace rad {

const std::byte* ByteReader::Take(std::uint64_t count, std::string_view what) {
  if (!Fits(count, 1, what)) return nullptr;
  const std::byte* from = bytes_.data() + offset_;
  offset_ += count;
  return from;
}

std::string_view ByteReader::ReadBytes(std::uint64_t count, std::string_view what) {
  const std::byte* from = Take(count, what);
  return from == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(from), count);
}

bool ByteReader::Fits(std::uint64_t count, std::uint64_t min_bytes, std::string_view what) {
  if (!ok()) return false;
  if (count <= remaining() / min_bytes) return true;
  const std::string wanted =
      min_bytes == 1 ? StrCat(count, " bytes") : StrCat(count, " items of at least ", min_bytes, " bytes");
  Fail(absl::InvalidArgumentError(StrCat("truncated or damaged: ", what, " at byte ", offset_, " wants ",
                                         wanted, ", but the file ends ", remaining(),
                                         " bytes later; fetch the file again and compare its checksum")));
  return false;
}

void ByteReader::Fail(absl::Status status) {
  if (ok()) status_ = std::move(status);
}

}  // namespace rad
