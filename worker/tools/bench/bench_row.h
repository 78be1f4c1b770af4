// bench_row.h: one measured figure.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

namespace rad {

struct BenchRow {
  std::string name;
  double value = 0;
  std::string unit;  // "GFLOP/s", "s", "ratio", ...
  // What `value` was measured against, and value over the peer's or the peer's over value: above 1 is better,
  // but for a share of the peer's ("..._share").
  std::optional<double> peer, ratio;
};

enum class BenchOutput { kTable, kJsonLines };

using EmitRow = std::function<void(const BenchRow&)>;

void PrintRow(std::ostream& out, BenchOutput format, const BenchRow& row);

}  // namespace rad
