#include "worker/tools/bench/bench_row.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace rad {

void PrintRow(std::ostream& out, BenchOutput format, const BenchRow& row) {
  if (format == BenchOutput::kJsonLines) {
    nlohmann::ordered_json json{{"name", row.name}, {"value", row.value}, {"unit", row.unit}};
    if (row.peer) json["peer"] = *row.peer;
    if (row.ratio) json["ratio"] = *row.ratio;
    out << json.dump() << std::endl;
    return;
  }
  char text[160];
  std::snprintf(text, sizeof text, "%-34s %10.4g %-12s", row.name.c_str(), row.value, row.unit.c_str());
  out << text;
  if (row.peer) {
    std::snprintf(text, sizeof text, " peer %10.4g", *row.peer);
    out << text;
  }
  if (row.ratio) {
    std::snprintf(text, sizeof text, "  ratio %.2f", *row.ratio);
    out << text;
  }
  out << std::endl;
}

}  // namespace rad
