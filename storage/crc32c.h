// crc32c.h: the Castagnoli checksum (polynomial 0x1EDC6F41, reflected), as iSCSI and ext4 use it.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace rad {

std::uint32_t Crc32c(absl::string_view bytes);

}  // namespace rad
