// heatmap.h: how much each head matters, as a picture: one row a layer, one cell a head.
#pragma once

#include <string>

#include "rad/v1/service.pb.h"

namespace rad::cli {

// The value shown is the drop of accuracy, over the largest of all heads. Colours are ANSI's 256; without
// them ten letters from ' ' to '@' stand for tenths, which a file or a pipe can take.
std::string Heatmap(const v1::Ranked& ranking, bool color);

}  // namespace rad::cli
