// quantities.h: durations, bytes, counts and shares as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace rad::cli {

std::string ShowSeconds(double seconds);     // "0.4s", "48s", "3m05s", "2h07m", "4d03h"; "-" when negative
std::string ShowBytes(std::uint64_t bytes);  // "512 B", "1.5 KiB", "0.80 MiB"
std::string ShowCount(std::uint64_t count);  // "950", "20.5k", "1.2M"
std::string ShowShare(double share);         // 0.984 -> "98.4%"; "-" when not a number
std::string ShowReal(double value);          // four significant digits; "-" when not a number
std::string ShowTime(std::int64_t unix_seconds);  // "2026-02-17 09:41:05" in local time; "-" for 0
std::string ShowAge(std::int64_t unix_seconds, std::int64_t now_unix_seconds);  // "5m10s"; "-" for 0

}  // namespace rad::cli
