#include "coordinator/cli/view/heatmap.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "coordinator/cli/view/drop_grid.h"

namespace rad::cli {
namespace {

constexpr absl::string_view kInk = " .:-=+*#%@";
// From dark grey through red to bright yellow in the 6x6x6 cube of the 256 colours.
constexpr std::array<int, 10> kColors = {234, 52, 88, 124, 160, 196, 202, 208, 220, 226};

std::string Cell(double shade, bool color) {
  const std::size_t step = std::min<std::size_t>(9, static_cast<std::size_t>(shade * 9.999));
  if (!color) return std::string(2, kInk[step]);
  return absl::StrCat("\x1b[48;5;", kColors[step], "m  ");
}

std::string HeadNumbers(std::uint32_t heads) {
  std::string line = "layer ";
  for (std::uint32_t head = 0; head < heads; ++head)
    absl::StrAppend(&line, absl::StrFormat("%2d", head % 100));
  return line + "\n";
}

}  // namespace

std::string Heatmap(const v1::Ranked& ranking, bool color) {
  const DropGrid grid(ranking);
  if (grid.empty()) return "";
  std::string text = HeadNumbers(grid.heads());
  for (std::uint32_t layer = 0; layer < grid.layers(); ++layer) {
    absl::StrAppend(&text, absl::StrFormat("%5d ", layer));
    for (std::uint32_t head = 0; head < grid.heads(); ++head) text += Cell(grid.Shade(layer, head), color);
    absl::StrAppend(&text, color ? "\x1b[0m" : "", "\n");
  }
  absl::StrAppend(&text, color ? "brightest" : "@@", ": ", MeasureWord(ranking), " falls by ",
                  ShowDrop(ranking, grid.largest()), " without the head\n");
  return text;
}

}  // namespace rad::cli
