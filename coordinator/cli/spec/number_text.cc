#include "coordinator/cli/spec/number_text.h"

#include <cctype>
#include <cmath>
#include <string>

#include "absl/strings/charconv.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace rad::cli {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes out '_' between two digits; absent when one stands elsewhere.
std::optional<std::string> WithoutSeparators(absl::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      digits.push_back(text[i]);
    } else if (i == 0 || i + 1 == text.size() || !IsDigit(text[i - 1]) || !IsDigit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return digits;
}

std::uint64_t TakeMultiplier(absl::string_view& text) {
  if (absl::ConsumeSuffix(&text, "k")) return 1'000;
  if (absl::ConsumeSuffix(&text, "M")) return 1'000'000;
  if (absl::ConsumeSuffix(&text, "G")) return 1'000'000'000;
  return 1;
}

// Decimal only: no hexadecimal, no infinity, no spaces.
std::optional<double> ParseDecimal(const std::string& text) {
  if (text.find_first_not_of("0123456789.eE+-") != std::string::npos) return {};
  const std::size_t first = text.find_first_not_of("+-");
  if (first == std::string::npos || first > 1 || !(IsDigit(text[first]) || text[first] == '.')) return {};
  double value = 0;
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  auto [stopped, error] = absl::from_chars(begin, end, value, absl::chars_format::general);
  if (error != std::errc() || stopped != end || !std::isfinite(value)) return {};
  return value;
}

}  // namespace

std::optional<std::uint64_t> ParseCount(absl::string_view text) {
  const std::uint64_t multiplier = TakeMultiplier(text);
  const auto digits = WithoutSeparators(text);
  if (!digits || digits->empty() || !IsDigit(digits->front()) || !IsDigit(digits->back())) return {};
  std::uint64_t whole = 0;
  if (digits->find_first_not_of("0123456789") == std::string::npos) {
    std::uint64_t value = 0;
    if (!absl::SimpleAtoi(*digits, &whole) || __builtin_mul_overflow(whole, multiplier, &value)) return {};
    return value;
  }
  const auto value = ParseDecimal(*digits);
  if (!value || multiplier == 1) return {};
  const double scaled = *value * static_cast<double>(multiplier);
  const double rounded = std::round(scaled);
  if (rounded > 9e15 || std::abs(scaled - rounded) > 1e-6) return {};
  return static_cast<std::uint64_t>(rounded);
}

std::optional<double> ParseReal(absl::string_view text) {
  const std::uint64_t multiplier = TakeMultiplier(text);
  const auto digits = WithoutSeparators(text);
  if (!digits || digits->empty()) return {};
  const auto value = ParseDecimal(*digits);
  if (!value || !std::isfinite(*value * static_cast<double>(multiplier))) return {};
  return *value * static_cast<double>(multiplier);
}

std::optional<absl::Duration> ParseDuration(absl::string_view text) {
  if (const auto seconds = ParseCount(text); seconds && IsDigit(text.back())) {
    return *seconds > 1'000'000'000 ? std::optional<absl::Duration>() : absl::Seconds(*seconds);
  }
  absl::string_view days_text = text;
  if (absl::ConsumeSuffix(&days_text, "d")) {
    const auto days = ParseCount(days_text);
    return days && *days <= 10'000 ? absl::Hours(24 * *days) : std::optional<absl::Duration>();
  }
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::ZeroDuration()) return {};
  if (duration == absl::InfiniteDuration()) return {};
  return duration;
}

}  // namespace rad::cli
