// labels.h: names and values that things are picked by.
#pragma once

#include <algorithm>

namespace rad {

// Whether every label that is wanted is there, with that value.
template <typename Labels>
bool HasLabels(const Labels& labels, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

}  // namespace rad
