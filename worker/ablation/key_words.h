// key_words.h: the probe's vocabulary of keys, in a fixed order.
#pragma once

#include <span>
#include <string_view>

namespace rad {

std::span<const std::string_view> KeyWords();

}  // namespace rad
