// nearest.h: "did you mean": the candidate that a mistyped word was most likely meant to be.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rad::cli {

// Empty when nothing is close: more than a third of the letters (and at least two) would have to change.
std::string Nearest(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace rad::cli
