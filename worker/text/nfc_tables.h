// nfc_tables.h: what normal form C needs of the Unicode database.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rad {

struct Decomposition {
  char32_t code;
  char32_t first, second;  // second is 0 for a character that decomposes to one other
  bool composes;           // whether first and second compose back to code
};
extern const Decomposition kDecompositions[];  // by code
extern const std::size_t kDecompositionsCount;

struct ClassRange {
  char32_t first, last;
  std::uint8_t combining_class;  // never 0
};
extern const ClassRange kClassRanges[];  // by code
extern const std::size_t kClassRangesCount;

}  // namespace rad
