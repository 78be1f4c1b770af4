// chunk_record.h: the one home of a stored chunk's byte format: 4 bytes CRC-32C (little-endian), then the
// data.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rad {

std::string EncodeChunk(absl::string_view data);

// The data of `record`. DATA_LOSS, naming the chunk, when the record is short or its checksum differs.
absl::StatusOr<std::string> DecodeChunk(absl::string_view digest, std::string record);

}  // namespace rad
