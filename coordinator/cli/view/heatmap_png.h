// heatmap_png.h: layers by heads as a picture for slides and papers; heatmap_svg.h has numbers, too.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {

// The bytes of a PNG: a square for each head, layer 0 on top; white frames mark the heads that were to be
// told from the others, grey ones those that are undecided.
absl::StatusOr<std::string> HeatmapPng(const v1::Ranked& ranking);

}  // namespace rad::cli
