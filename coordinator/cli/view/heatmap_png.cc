#include "coordinator/cli/view/heatmap_png.h"

#include <png.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/view/drop_grid.h"

namespace rad::cli {
namespace {

constexpr std::uint32_t kCellPixels = 16;  // with the frame
constexpr std::uint32_t kFramePixels = 2;
constexpr Rgb kGap{0, 0, 0}, kTop{255, 255, 255}, kUndecided{150, 150, 150};

Rgb FrameOf(const v1::Ranked& ranking, const v1::Ranked::Row* row) {
  if (row == nullptr) return kGap;
  if (row->undecided()) return kUndecided;
  return row->rank() <= ranking.top() ? kTop : kGap;
}

// Row by row, three bytes a pixel.
std::vector<std::uint8_t> Pixels(const v1::Ranked& ranking, const DropGrid& grid) {
  std::vector<std::uint8_t> pixels;
  for (std::uint32_t y = 0; y < grid.layers() * kCellPixels; ++y) {
    for (std::uint32_t x = 0; x < grid.heads() * kCellPixels; ++x) {
      const std::uint32_t layer = y / kCellPixels, head = x / kCellPixels;
      auto is_inside = [](std::uint32_t at) {
        return at % kCellPixels >= kFramePixels && at % kCellPixels < kCellPixels - kFramePixels;
      };
      const Rgb color = is_inside(x) && is_inside(y) ? HeatColor(grid.Shade(layer, head))
                                                     : FrameOf(ranking, grid.At(layer, head).row);
      pixels.insert(pixels.end(), {color.red, color.green, color.blue});
    }
  }
  return pixels;
}

}  // namespace

absl::StatusOr<std::string> HeatmapPng(const v1::Ranked& ranking) {
  const DropGrid grid(ranking);
  if (grid.empty()) return absl::FailedPreconditionError("the ranking has no heads to draw");
  const std::vector<std::uint8_t> pixels = Pixels(ranking, grid);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = grid.heads() * kCellPixels;
  image.height = grid.layers() * kCellPixels;
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr) == 0) {
    return absl::InternalError(absl::StrCat("cannot draw the PNG: ", image.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace rad::cli
