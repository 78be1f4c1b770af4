#include "worker/text/nfc.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "worker/text/nfc_tables.h"
#include "worker/text/utf8.h"

namespace rad {
namespace {

// Hangul syllables are composed by arithmetic: leading consonant, vowel, optional trailing consonant.
constexpr char32_t kSyllable = 0xAC00, kLeading = 0x1100, kVowel = 0x1161, kTrailing = 0x11A7;
constexpr char32_t kLeadings = 19, kVowels = 21, kTrailings = 28,
                   kSyllables = kLeadings * kVowels * kTrailings;

bool InRun(char32_t code, char32_t first, char32_t count) { return code >= first && code < first + count; }

std::uint8_t ClassOf(char32_t code) {
  const ClassRange* end = kClassRanges + kClassRangesCount;
  const ClassRange* range =
      std::lower_bound(kClassRanges, end, code, [](const ClassRange& r, char32_t c) { return r.last < c; });
  return range != end && range->first <= code ? range->combining_class : 0;
}

void Decompose(char32_t code, std::u32string& out) {
  if (code < 0xC0) return out.push_back(code);  // most text; the table begins with U+00C0
  if (InRun(code, kSyllable, kSyllables)) {
    const char32_t index = code - kSyllable, trailing = index % kTrailings;
    out.push_back(kLeading + index / (kVowels * kTrailings));
    out.push_back(kVowel + index / kTrailings % kVowels);
    if (trailing != 0) out.push_back(kTrailing + trailing);
    return;
  }
  const Decomposition* end = kDecompositions + kDecompositionsCount;
  const Decomposition* found = std::lower_bound(
      kDecompositions, end, code, [](const Decomposition& d, char32_t c) { return d.code < c; });
  if (found == end || found->code != code) return out.push_back(code);
  Decompose(found->first, out);  // at most a few levels: the table has no cycles
  if (found->second != 0) Decompose(found->second, out);
}

// Marks between two starters go by class, those of one class in the order they came.
void SortMarks(std::u32string& text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && ClassOf(text[end]) != 0) ++end;
    std::stable_sort(text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char32_t a, char32_t b) { return ClassOf(a) < ClassOf(b); });
    at = end + 1;
  }
}

// The composite of two characters, or 0.
char32_t Compose(char32_t first, char32_t second) {
  if (InRun(first, kLeading, kLeadings) && InRun(second, kVowel, kVowels)) {
    return kSyllable + ((first - kLeading) * kVowels + (second - kVowel)) * kTrailings;
  }
  if (InRun(first, kSyllable, kSyllables) && (first - kSyllable) % kTrailings == 0 &&
      InRun(second, kTrailing + 1, kTrailings - 1)) {
    return first + (second - kTrailing);
  }
  static const auto* composites = [] {
    auto* map = new absl::flat_hash_map<std::uint64_t, char32_t>;
    for (const Decomposition* d = kDecompositions; d != kDecompositions + kDecompositionsCount; ++d) {
      if (d->composes) map->emplace(std::uint64_t{d->first} << 32 | d->second, d->code);
    }
    return map;
  }();
  const auto found = composites->find(std::uint64_t{first} << 32 | second);
  return found == composites->end() ? 0 : found->second;
}

// Each mark joins the last starter before it, unless a mark of the same or a higher class, or a starter, that
// stayed stands between.
std::u32string ComposeAll(const std::u32string& text) {
  std::u32string out;
  std::size_t starter = std::u32string::npos;
  int last_class = -1;  // of what stands after the starter; -1: nothing
  for (const char32_t code : text) {
    const int code_class = ClassOf(code);
    if (starter != out.npos && last_class < code_class) {
      if (const char32_t composite = Compose(out[starter], code)) {
        out[starter] = composite;
        continue;
      }
    }
    if (code_class == 0) {
      starter = out.size();
      last_class = -1;
    } else {
      last_class = code_class;
    }
    out.push_back(code);
  }
  return out;
}

// Whether all of text lies below U+0300 (CC 80 in UTF-8), where no character changes or composes with one
// before it.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0xCC; });
}

}  // namespace

std::string ToNfc(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::u32string codes;
  while (!text.empty()) {
    const Utf8Char next = FirstUtf8Char(text);
    Decompose(next.code, codes);
    text.remove_prefix(next.bytes);
  }
  SortMarks(codes);
  std::string out;
  for (const char32_t code : ComposeAll(codes)) AppendUtf8(code, out);
  return out;
}

}  // namespace rad
