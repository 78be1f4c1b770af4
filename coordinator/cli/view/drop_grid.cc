#include "coordinator/cli/view/drop_grid.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_format.h"
#include "coordinator/cli/view/quantities.h"

namespace rad::cli {
namespace {

constexpr std::uint32_t kMaxCells = 1u << 20;  // a ranking from a wrong server must not fill the memory

bool IsByAccuracy(const v1::Ranked& ranking) { return ranking.ranking().by() == v1::Ranking::ACCURACY; }

}  // namespace

double DropOf(const v1::Ranked& ranking, const v1::Ranked::Row& row) {
  return IsByAccuracy(ranking) ? row.accuracy_drop() : row.logprob_drop();
}

std::string ShowDrop(const v1::Ranked& ranking, double drop) {
  return IsByAccuracy(ranking) ? ShowShare(drop) : absl::StrFormat("%.2f nats", drop);
}

std::string MeasureWord(const v1::Ranked& ranking) {
  return IsByAccuracy(ranking) ? "accuracy" : "log-probability";
}

DropGrid::DropGrid(const v1::Ranked& ranking) {
  const std::uint64_t cells = std::uint64_t{ranking.layers()} * ranking.heads();
  if (cells == 0 || cells > kMaxCells) return;
  layers_ = ranking.layers();
  heads_ = ranking.heads();
  cells_.resize(cells);
  for (const v1::Ranked::Row& row : ranking.rows()) {
    if (row.head().layer() >= layers_ || row.head().head() >= heads_) continue;
    cells_[std::size_t{row.head().layer()} * heads_ + row.head().head()] = {DropOf(ranking, row), &row};
  }
  for (const DropCell& cell : cells_) largest_ = std::max(largest_, cell.drop);
}

double DropGrid::Shade(std::uint32_t layer, std::uint32_t head) const {
  const double drop = At(layer, head).drop;
  return drop > 0 && largest_ > 0 ? drop / largest_ : 0;
}

Rgb HeatColor(double shade) {
  static constexpr std::array<Rgb, 4> kStops = {{{28, 28, 28}, {175, 0, 0}, {255, 95, 0}, {255, 255, 0}}};
  const double at = std::clamp(shade, 0.0, 1.0) * (kStops.size() - 1);
  const std::size_t from = std::min<std::size_t>(kStops.size() - 2, static_cast<std::size_t>(at));
  const Rgb &a = kStops[from], &b = kStops[from + 1];
  auto between = [&](std::uint8_t low, std::uint8_t high) {
    return static_cast<std::uint8_t>(std::lround(low + (at - from) * (high - low)));
  };
  return {between(a.red, b.red), between(a.green, b.green), between(a.blue, b.blue)};
}

}  // namespace rad::cli
