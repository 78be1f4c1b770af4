// checksum.h: the two sums that every chunk carries: what it is, and whether it came through unhurt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rad {

std::string Sha256Hex(std::string_view bytes);
// CRC-32C (Castagnoli), as in iSCSI: "123456789" gives 0xE3069283.
std::uint32_t Crc32c(std::string_view bytes);

}  // namespace rad
