// number_text.h: numbers and durations as people write them: 200k, 2M, 1_000, 1e-3, 90s, 5m.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rad::cli {

// Digits with '_' between them and an optional k, M or G (thousand, million, billion); "1.5M" where it comes
// out whole. Absent when the text is anything else, or does not fit.
std::optional<std::uint64_t> ParseCount(absl::string_view text);

// A finite decimal number, with '_' between digits and k, M, G allowed as above.
std::optional<double> ParseReal(absl::string_view text);

// "500ms", "90s", "5m", "2h", "1d" or a sum of them; a bare number is seconds. Never negative.
std::optional<absl::Duration> ParseDuration(absl::string_view text);

}  // namespace rad::cli
