#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>

#include "coordinator/cli/view/drop_grid.h"
#include "coordinator/cli/view/heatmap_png.h"
#include "coordinator/cli/view/heatmap_svg.h"
#include "tests/coordinator/cli/sample_ranking.h"

namespace rad::cli {
namespace {

using testing::HasSubstr;

struct Picture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::vector<std::uint8_t> pixels;
  std::vector<int> At(std::uint32_t x, std::uint32_t y) const {
    const auto* pixel = &pixels[3 * (y * width + x)];
    return {pixel[0], pixel[1], pixel[2]};
  }
};

Picture Decode(const std::string& png) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&image, png.data(), png.size()), 0) << image.message;
  image.format = PNG_FORMAT_RGB;
  Picture picture{image.width, image.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
  EXPECT_NE(png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr), 0) << image.message;
  return picture;
}

TEST(HeatmapPng, IsASquareForEachHeadFramedByWhatIsKnownOfIt) {
  const absl::StatusOr<std::string> png = HeatmapPng(SampleRanking());
  ASSERT_TRUE(png.ok()) << png.status();
  const Picture picture = Decode(*png);
  EXPECT_EQ(picture.width, 3u * 16);
  EXPECT_EQ(picture.height, 2u * 16);
  using Color = std::vector<int>;
  EXPECT_EQ(picture.At(8, 24), (Color{255, 255, 0}));    // head 1.0: the largest drop
  EXPECT_EQ(picture.At(0, 16), (Color{255, 255, 255}));  // certain
  EXPECT_EQ(picture.At(32, 0), (Color{150, 150, 150}));  // head 0.2: undecided
  EXPECT_EQ(picture.At(24, 24), (Color{28, 28, 28}));    // head 1.1: not in the ranking
  EXPECT_EQ(picture.At(16, 16), (Color{0, 0, 0}));
}

TEST(HeatmapPng, NothingIsNoPicture) { EXPECT_FALSE(HeatmapPng(v1::Ranked()).ok()); }

TEST(HeatmapSvg, SaysTheNumbersOfEachHead) {
  const std::string svg = HeatmapSvg(SampleRanking());
  EXPECT_THAT(
      svg, HasSubstr("fill=\"#ffff00\" stroke=\"#ffffff\" stroke-width=\"2\"><title>layer 1, head 0, rank 1: "
                     "log-probability -4.375 nats [-4.875, -3.875], accuracy -43.8 points, 32 examples"));
  EXPECT_THAT(svg, HasSubstr("<title>layer 0, head 2, rank 2 (undecided): "));
  EXPECT_THAT(svg, HasSubstr("<title>layer 1, head 2</title>"));
  EXPECT_THAT(svg, HasSubstr("brightest: log-probability falls by 4.38 nats"));
  const auto count = [&](char c) { return std::count(svg.begin(), svg.end(), c); };
  EXPECT_EQ(count('<'), count('>'));
  EXPECT_EQ(HeatmapSvg(v1::Ranked()), "");
}

TEST(HeatColor, GoesFromDarkToBright) {
  int last = 0;
  for (double shade = 0; shade <= 1; shade += 0.05) {
    const Rgb color = HeatColor(shade);
    EXPECT_GT(color.red + color.green, last);
    last = color.red + color.green;
  }
  EXPECT_EQ(HeatColor(7).green, 255);
}

}  // namespace
}  // namespace rad::cli
