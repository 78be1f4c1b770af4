#include "coordinator/published_rankings.h"

namespace rad {

const std::vector<PublishedRanking>& PublishedRankings() {
  static const std::vector<PublishedRanking> rankings = {
      {"llama-3.2-1b-instruct", 16, 32, {{9, 25}, {4, 4},   {10, 26}, {0, 20}, {8, 20}, {8, 19}, {8, 16},
                                         {7, 22}, {10, 20}, {5, 5},   {7, 13}, {11, 8}, {1, 28}, {4, 26},
                                         {5, 18}, {5, 31},  {0, 7},   {3, 29}, {10, 9}, {6, 31}}},
      {"qwen2.5-1.5b-instruct", 28, 12, {{13, 4}, {18, 0},  {16, 3},  {16, 6}, {22, 7}, {18, 1}, {16, 1},
                                         {17, 2}, {21, 11}, {15, 10}, {18, 5}, {17, 5}, {26, 9}, {15, 7},
                                         {14, 2}, {16, 2},  {14, 10}, {11, 9}, {8, 9},  {13, 5}}},
      {"llama-3.1-8b-instruct", 32, 32, {{13, 18}, {15, 11}, {17, 24}, {13, 17}, {13, 16}, {14, 21}, {15, 8},
                                         {13, 0},  {15, 9},  {17, 27}, {14, 30}, {21, 10}, {16, 16}, {12, 20},
                                         {16, 22}, {14, 28}, {14, 16}, {16, 0},  {13, 13}, {16, 28}}},
  };
  return rankings;
}

const PublishedRanking* FindPublishedRanking(absl::string_view name) {
  for (const PublishedRanking& ranking : PublishedRankings()) {
    if (ranking.name == name) return &ranking;
  }
  return nullptr;
}

}  // namespace rad
