#include "worker/text/byte_alphabet.h"

#include <array>

#include "worker/text/utf8.h"

namespace rad {
namespace {

constexpr char32_t kShifted = 0x100;
constexpr std::size_t kCharacters = 256 + 68;

bool StandsForItself(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xFF && byte != 0xAD);
}

struct Alphabet {
  std::array<std::string, 256> character;
  std::array<int, kCharacters> byte;

  Alphabet() {
    byte.fill(-1);
    char32_t next = kShifted;
    for (int b = 0; b < 256; ++b) {
      const char32_t code = StandsForItself(b) ? static_cast<char32_t>(b) : next++;
      byte[code] = b;
      AppendUtf8(code, character[static_cast<std::size_t>(b)]);
    }
  }
};

const Alphabet& TheAlphabet() {
  static const Alphabet* alphabet = new Alphabet;
  return *alphabet;
}

}  // namespace

std::string_view CharacterOfByte(std::uint8_t byte) { return TheAlphabet().character[byte]; }

std::string CharactersOfBytes(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) out += CharacterOfByte(static_cast<std::uint8_t>(byte));
  return out;
}

std::optional<std::string> BytesOfCharacters(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Char next = FirstUtf8Char(text);
    if (!next.valid || next.code >= kCharacters || TheAlphabet().byte[next.code] < 0) return std::nullopt;
    out.push_back(static_cast<char>(TheAlphabet().byte[next.code]));
    text.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace rad
