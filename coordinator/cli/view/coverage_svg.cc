#include "coordinator/cli/view/coverage_svg.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "coordinator/cli/view/quantities.h"
#include "coordinator/cli/view/sweep_tables.h"

namespace rad::cli {
namespace {

constexpr double kWidth = 720, kHeight = 440, kLeft = 60, kRight = 150, kTop = 30, kBottom = 50;
constexpr double kMark = 5;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

std::string Text(double x, double y, absl::string_view anchor, absl::string_view text) {
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor,
                         Escaped(text));
}

std::string Line(double x1, double y1, double x2, double y2, absl::string_view color) {
  return absl::StrFormat("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1, y1,
                         x2, y2, color);
}

// Whole powers of two of bytes around all points, and coverage from 0 to a whole quarter above the best.
class Axes {
 public:
  explicit Axes(const std::vector<const v1::SweepPoint*>& points) {
    for (const v1::SweepPoint* point : points) {
      const double log = std::log2(std::max<double>(1, point->result().memory_bytes()));
      low_ = std::min(low_, std::floor(log));
      high_ = std::max(high_, std::ceil(log + 1e-9));
      top_ = std::max(top_, std::ceil(4 * point->result().coverage()) / 4);
    }
  }

  double X(double bytes) const {
    return kLeft + (std::log2(std::max(1.0, bytes)) - low_) / (high_ - low_) * (kWidth - kLeft - kRight);
  }
  double Y(double coverage) const { return kHeight - kBottom - coverage / top_ * (kHeight - kTop - kBottom); }

  std::string Draw() const {
    std::string svg;
    for (double coverage = 0; coverage <= top_; coverage += 0.25) {
      svg += Line(kLeft, Y(coverage), kWidth - kRight, Y(coverage), coverage == 1 ? "#969696" : "#333333");
      svg += Text(kLeft - 8, Y(coverage) + 4, "end", absl::StrFormat("%.0f%%", 100 * coverage));
    }
    for (double log = low_; log <= high_; ++log) {
      const double x = X(std::exp2(log));
      svg += Line(x, kTop, x, kHeight - kBottom, "#333333");
      svg += Text(x, kHeight - kBottom + 16, "middle", ShowBytes(static_cast<std::uint64_t>(std::exp2(log))));
    }
    return svg;
  }

 private:
  double low_ = 64, high_ = 0, top_ = 1;
};

std::string Mark(const v1::SweepPoint& point, double x, double y) {
  std::string shape;
  if (point.result().placement() == v1::Student::TOP) {
    shape = absl::StrFormat("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.0f\" fill=\"#f4a259\"/>", x, y, kMark);
  } else {
    shape = absl::StrFormat(
        "<path d=\"M%.1f %.1fl%.0f %.0fm0 -%.0fl-%.0f %.0f\" stroke=\"#5fa8d3\" stroke-width=\"2\" "
        "fill=\"none\"/>",
        x - kMark, y - kMark, 2 * kMark, 2 * kMark, 2 * kMark, 2 * kMark, 2 * kMark);
  }
  const v1::SweepResult& result = point.result();
  return absl::StrFormat("<g>%s<title>point %d: %s; coverage %s, %s, perplexity %s</title></g>\n", shape,
                         point.point(), Escaped(SettingsText(point)), ShowShare(result.coverage()),
                         ShowBytes(result.memory_bytes()), ShowReal(result.perplexity()));
}

std::string Label(const v1::SweepResult& result) {
  return absl::StrFormat("%s %d, N=%d",
                         absl::AsciiStrToLower(v1::Student::Placement_Name(result.placement())),
                         result.head_budget(), result.state_dim());
}

// Labels at the right of their marks, from the top down, moved apart where they would overlap.
std::string Labels(const std::vector<const v1::SweepPoint*>& points, const Axes& axes) {
  struct Place {
    double x = 0, y = 0;
    std::string text;
  };
  std::vector<Place> places;
  for (const v1::SweepPoint* point : points) {
    const v1::SweepResult& result = point->result();
    places.push_back({axes.X(result.memory_bytes()) + 9, axes.Y(result.coverage()) + 4, Label(result)});
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.y < b.y; });
  std::string svg;
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool near = std::abs(places[j].x - places[i].x) < 110 && std::abs(places[j].y - places[i].y) < 12;
      if (near) places[i].y = places[j].y + 12;
    }
    svg += Text(places[i].x, places[i].y, "start", places[i].text);
  }
  return svg;
}

std::string Front(const v1::SweepStatus& status, const Axes& axes) {
  std::string corners;
  for (const std::uint32_t number : status.pareto()) {
    const v1::SweepResult& result = status.points(static_cast<int>(number) - 1).result();
    absl::StrAppendFormat(&corners, "%.1f,%.1f ", axes.X(result.memory_bytes()), axes.Y(result.coverage()));
  }
  return absl::StrCat("<polyline points=\"", corners, "\" fill=\"none\" stroke=\"#7a5230\"/>\n");
}

}  // namespace

std::string CoverageSvg(const v1::SweepStatus& status) {
  std::vector<const v1::SweepPoint*> points;
  for (const v1::SweepPoint& point : status.points()) {
    if (point.has_result() && point.result().memory_bytes() > 0) points.push_back(&point);
  }
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
      "font-size=\"10\" fill=\"#dddddd\">\n<rect width=\"%.0f\" height=\"%.0f\" fill=\"#000000\"/>\n",
      kWidth, kHeight, kWidth, kHeight);
  svg +=
      Text(kLeft, 16, "start", absl::StrCat(status.sweep().metadata().name(), ": coverage of the teacher"));
  if (points.empty()) return svg + Text(kLeft, kHeight / 2, "start", "no point has a result") + "</svg>\n";
  const Axes axes(points);
  svg += axes.Draw();
  svg += Text((kLeft + kWidth - kRight) / 2, kHeight - 12, "middle",
              absl::StrCat("bytes of decoding ", points[0]->result().memory_context_tokens(), " tokens"));
  svg += Front(status, axes);
  for (const v1::SweepPoint* point : points)
    svg += Mark(*point, axes.X(point->result().memory_bytes()), axes.Y(point->result().coverage()));
  return svg + Labels(points, axes) + "</svg>\n";
}

}  // namespace rad::cli
