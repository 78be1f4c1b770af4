// heatmap_svg.h: layers by heads as a picture that scales and says the numbers of a head under the pointer.
#pragma once

#include <string>

#include "rad/v1/service.pb.h"

namespace rad::cli {

// White frames mark the heads that were to be told from the others, grey ones those that are undecided. Empty
// when the ranking has no heads.
std::string HeatmapSvg(const v1::Ranked& ranking);

}  // namespace rad::cli
