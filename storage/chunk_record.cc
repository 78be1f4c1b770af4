#include "storage/chunk_record.h"

#include "absl/strings/str_cat.h"
#include "storage/crc32c.h"

namespace rad {
namespace {

constexpr std::size_t kHeaderBytes = 4;

std::string EncodeHeader(std::uint32_t crc) {
  std::string header(kHeaderBytes, '\0');
  for (std::size_t i = 0; i < kHeaderBytes; ++i) header[i] = static_cast<char>(crc >> (8 * i));
  return header;
}

}  // namespace

std::string EncodeChunk(absl::string_view data) { return absl::StrCat(EncodeHeader(Crc32c(data)), data); }

absl::StatusOr<std::string> DecodeChunk(absl::string_view digest, std::string record) {
  if (record.size() < kHeaderBytes) {
    return absl::DataLossError(absl::StrCat("chunk ", digest, " is cut short: ", record.size(), " bytes"));
  }
  const std::string header = record.substr(0, kHeaderBytes);
  record.erase(0, kHeaderBytes);
  if (EncodeHeader(Crc32c(record)) != header) {
    return absl::DataLossError(absl::StrCat("chunk ", digest,
                                            " is corrupt: its CRC-32C differs from the stored one; ",
                                            "restore the data folder from a backup, or run the stage again"));
  }
  return record;
}

}  // namespace rad
