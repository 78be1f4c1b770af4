// drop_grid.h: a ranking as a picture sees it: layers by heads, each with the drop of the measure ranked by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rad/v1/service.pb.h"

namespace rad::cli {

// Of the measure that the ranking is by.
double DropOf(const v1::Ranked& ranking, const v1::Ranked::Row& row);
// "0.70 nats", "43.8%"
std::string ShowDrop(const v1::Ranked& ranking, double drop);
// "log-probability" or "accuracy"
std::string MeasureWord(const v1::Ranked& ranking);

struct DropCell {
  double drop = 0;
  const v1::Ranked::Row* row = nullptr;  // into the ranking; null for a head that it lacks
};

class DropGrid {
 public:
  // Empty where the ranking has no heads, or so many that it cannot be of a real teacher.
  explicit DropGrid(const v1::Ranked& ranking);

  bool empty() const { return cells_.empty(); }
  std::uint32_t layers() const { return layers_; }
  std::uint32_t heads() const { return heads_; }
  double largest() const { return largest_; }  // drop, at least 0
  const DropCell& At(std::uint32_t layer, std::uint32_t head) const {
    return cells_[std::size_t{layer} * heads_ + head];
  }
  // 0 for no drop (or a gain), 1 for the largest.
  double Shade(std::uint32_t layer, std::uint32_t head) const;

 private:
  std::uint32_t layers_ = 0;
  std::uint32_t heads_ = 0;
  std::vector<DropCell> cells_;
  double largest_ = 0;
};

struct Rgb {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

// From dark grey through red to bright yellow.
Rgb HeatColor(double shade);

}  // namespace rad::cli
