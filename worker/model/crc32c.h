// crc32c.h: CRC-32C (Castagnoli), as in iSCSI: "123456789" gives 0xE3069283.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rad {

// Of what had the sum `before`, followed by these bytes.
std::uint32_t Crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace rad
