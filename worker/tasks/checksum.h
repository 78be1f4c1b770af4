// checksum.h: what bytes are, as every chunk of an artifact carries it beside its CRC-32C.
#pragma once

#include <string>
#include <string_view>

namespace rad {

std::string Sha256Hex(std::string_view bytes);

}  // namespace rad
