#include "coordinator/cli/view/heatmap.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "coordinator/cli/view/quantities.h"

namespace rad::cli {
namespace {

constexpr absl::string_view kInk = " .:-=+*#%@";
// From dark grey through red to bright yellow in the 6x6x6 cube of the 256 colours.
constexpr std::array<int, 10> kColors = {234, 52, 88, 124, 160, 196, 202, 208, 220, 226};
constexpr std::uint32_t kMaxCells = 1u << 20;  // a ranking from a wrong server must not fill the memory

std::size_t Shade(double value, double largest) {
  if (value <= 0 || largest <= 0) return 0;
  return std::min<std::size_t>(9, static_cast<std::size_t>(value / largest * 9.999));
}

std::string Cell(std::size_t shade, bool color) {
  if (!color) return std::string(2, kInk[shade]);
  return absl::StrCat("\x1b[48;5;", kColors[shade], "m  ");
}

// Heads missing from the ranking (eliminated early, never scored) count as 0.
std::vector<double> Grid(const v1::Ranked& ranking) {
  std::vector<double> drops(std::size_t{ranking.layers()} * ranking.heads());
  for (const auto& row : ranking.rows()) {
    if (row.head().layer() >= ranking.layers() || row.head().head() >= ranking.heads()) continue;
    drops[std::size_t{row.head().layer()} * ranking.heads() + row.head().head()] = row.accuracy_drop();
  }
  return drops;
}

std::string HeadNumbers(std::uint32_t heads) {
  std::string line = "layer ";
  for (std::uint32_t head = 0; head < heads; ++head)
    absl::StrAppend(&line, absl::StrFormat("%2d", head % 100));
  return line + "\n";
}

}  // namespace

std::string Heatmap(const v1::Ranked& ranking, bool color) {
  const std::uint64_t cells = std::uint64_t{ranking.layers()} * ranking.heads();
  if (cells == 0 || cells > kMaxCells) return "";
  const std::vector<double> drops = Grid(ranking);
  const double largest = *std::max_element(drops.begin(), drops.end());
  std::string text = HeadNumbers(ranking.heads());
  for (std::uint32_t layer = 0; layer < ranking.layers(); ++layer) {
    absl::StrAppend(&text, absl::StrFormat("%5d ", layer));
    for (std::uint32_t head = 0; head < ranking.heads(); ++head) {
      text += Cell(Shade(drops[std::size_t{layer} * ranking.heads() + head], largest), color);
    }
    absl::StrAppend(&text, color ? "\x1b[0m" : "", "\n");
  }
  absl::StrAppend(&text, color ? "brightest" : "@@", ": accuracy falls by ",
                  ShowShare(std::max(0.0, largest)), " without the head\n");
  return text;
}

}  // namespace rad::cli
