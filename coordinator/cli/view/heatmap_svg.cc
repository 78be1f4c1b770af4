#include "coordinator/cli/view/heatmap_svg.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/cli/view/drop_grid.h"

namespace rad::cli {
namespace {

constexpr int kCell = 18, kLeft = 60, kTop = 44, kBottom = 30;

std::string Label(int x, int y, absl::string_view anchor, absl::string_view text) {
  return absl::StrFormat("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, text);
}

std::string Frame(const v1::Ranked& ranking, const v1::Ranked::Row* row) {
  if (row == nullptr || (!row->undecided() && row->rank() > ranking.top())) return "none";
  return row->undecided() ? "#969696" : "#ffffff";
}

std::string Numbers(const v1::Ranked::Row* row) {
  if (row == nullptr) return "";
  return absl::StrFormat(
      ", rank %d%s: log-probability %+.3f nats [%.3f, %.3f], accuracy %+.1f points, %d examples", row->rank(),
      row->undecided() ? " (undecided)" : "", -row->logprob_drop(), -row->logprob_drop_high(),
      -row->logprob_drop_low(), -100 * row->accuracy_drop(), row->examples());
}

std::string Cell(const v1::Ranked& ranking, const DropGrid& grid, std::uint32_t layer, std::uint32_t head) {
  const Rgb color = HeatColor(grid.Shade(layer, head));
  const v1::Ranked::Row* row = grid.At(layer, head).row;
  return absl::StrFormat(
      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%02x%02x%02x\" stroke=\"%s\" "
      "stroke-width=\"2\"><title>layer %d, head %d%s</title></rect>\n",
      kLeft + kCell * head + 1, kTop + kCell * layer + 1, kCell - 2, kCell - 2, color.red, color.green,
      color.blue, Frame(ranking, row), layer, head, Numbers(row));
}

}  // namespace

std::string HeatmapSvg(const v1::Ranked& ranking) {
  const DropGrid grid(ranking);
  if (grid.empty()) return "";
  const int width = kLeft + kCell * grid.heads() + 20, height = kTop + kCell * grid.layers() + kBottom;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
      "font-size=\"10\" fill=\"#dddddd\">\n<rect width=\"%d\" height=\"%d\" fill=\"#000000\"/>\n",
      width, height, width, height);
  svg += Label(kLeft, 16, "start", "head");
  svg += Label(kLeft - 30, kTop - 8, "end", "layer");
  for (std::uint32_t head = 0; head < grid.heads(); ++head)
    svg += Label(kLeft + kCell * head + kCell / 2, kTop - 8, "middle", absl::StrCat(head));
  for (std::uint32_t layer = 0; layer < grid.layers(); ++layer) {
    svg += Label(kLeft - 8, kTop + kCell * layer + kCell - 5, "end", absl::StrCat(layer));
    for (std::uint32_t head = 0; head < grid.heads(); ++head) svg += Cell(ranking, grid, layer, head);
  }
  svg += Label(
      8, height - 10, "start",
      absl::StrCat("brightest: ", MeasureWord(ranking), " falls by ", ShowDrop(ranking, grid.largest())));
  return svg + "</svg>\n";
}

}  // namespace rad::cli
