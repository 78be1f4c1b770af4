// nfc.h: Unicode's normal form C (UAX 15), by tables of Unicode 14.
#pragma once

#include <string>
#include <string_view>

namespace rad {

// text must be UTF-8.
std::string ToNfc(std::string_view text);

}  // namespace rad
