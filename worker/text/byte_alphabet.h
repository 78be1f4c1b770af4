// byte_alphabet.h: the printable character that GPT-2's vocabulary format writes for each byte. The bytes
// that are printable in Latin-1 stand for themselves; the other 68 take U+0100, U+0101, ... in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rad {

// The UTF-8 of the byte's character.
std::string_view CharacterOfByte(std::uint8_t byte);
std::string CharactersOfBytes(std::string_view bytes);
// nullopt when text, which must be UTF-8, has a character outside the alphabet.
std::optional<std::string> BytesOfCharacters(std::string_view text);

}  // namespace rad
