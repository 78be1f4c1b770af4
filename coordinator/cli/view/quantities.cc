#include "coordinator/cli/view/quantities.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace rad::cli {

std::string ShowSeconds(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-";
  if (seconds < 9.95) return absl::StrFormat("%.1fs", seconds);
  if (seconds > 1e9) return ">30y";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return absl::StrFormat("%ds", whole);
  if (whole < 3600) return absl::StrFormat("%dm%02ds", whole / 60, whole % 60);
  if (whole < 86400) return absl::StrFormat("%dh%02dm", whole / 3600, whole % 3600 / 60);
  return absl::StrFormat("%dd%02dh", whole / 86400, whole % 86400 / 3600);
}

std::string ShowBytes(std::uint64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return value < 10 ? absl::StrFormat("%.2f %s", value, kUnits[unit])
                    : absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string ShowCount(std::uint64_t count) {
  if (count < 10'000) return absl::StrCat(count);
  const auto value = static_cast<double>(count);
  if (value < 999'950) return absl::StrFormat("%.1fk", value / 1e3);
  if (value < 999'950'000) return absl::StrFormat("%.1fM", value / 1e6);
  return absl::StrFormat("%.1fG", value / 1e9);
}

std::string ShowShare(double share) {
  return std::isfinite(share) ? absl::StrFormat("%.1f%%", 100 * share) : "-";
}

std::string ShowReal(double value) { return std::isfinite(value) ? absl::StrFormat("%.4g", value) : "-"; }

std::string ShowTime(std::int64_t unix_seconds) {
  if (unix_seconds == 0) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixSeconds(unix_seconds), absl::LocalTimeZone());
}

std::string ShowAge(std::int64_t unix_seconds, std::int64_t now_unix_seconds) {
  if (unix_seconds == 0) return "-";
  return ShowSeconds(static_cast<double>(std::max<std::int64_t>(0, now_unix_seconds - unix_seconds)));
}

}  // namespace rad::cli
