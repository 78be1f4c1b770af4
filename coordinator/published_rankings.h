// published_rankings.h: the 20 heads that "Retrieval-Aware Distillation" (arXiv 2602.11374) found most
// important for retrieval in each of its teachers, best first: to start from without ranking, and to compare
// with. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "coordinator/score_table.h"

namespace rad {

struct PublishedRanking {
  std::string name;  // as `preset` calls it: "llama-3.2-1b-instruct"
  std::uint32_t layers = 0;
  std::uint32_t heads_per_layer = 0;
  std::vector<HeadRef> heads;
};

const std::vector<PublishedRanking>& PublishedRankings();
const PublishedRanking* FindPublishedRanking(absl::string_view name);  // null when there is none

}  // namespace rad
