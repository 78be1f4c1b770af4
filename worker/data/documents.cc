#include "worker/data/documents.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/ablation/split_mix.h"

namespace rad {
namespace {

std::uint64_t ContentHash(const std::string& text, std::uint64_t seed) {
  std::uint64_t hash = seed ^ 0xcbf29ce484222325U;  // FNV-1a
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3U;
  return SplitMix({hash}).Next();
}

}  // namespace

absl::StatusOr<DocumentSplit> ReadDocuments(const DataSpec& spec) {
  DocumentSplit split;
  if (spec.text.empty()) return split;
  absl::StatusOr<std::vector<Document>> documents = ReadTextFiles(spec.text, "data.text");
  if (!documents.ok()) return documents.status();
  if (spec.held_out_share <= 0) {
    split.train = *std::move(documents);
    return split;
  }
  const std::size_t count = documents->size();
  if (count < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "data.held_out_share: ", spec.held_out_share, " of one document (", documents->front().path,
        ") cannot be held out, as documents are never divided; add files or set it to 0"));
  }
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t i = 0; i < count; ++i) order.emplace_back(ContentHash((*documents)[i].text, spec.seed), i);
  std::sort(order.begin(), order.end());
  const auto wanted =
      static_cast<std::size_t>(std::llround(spec.held_out_share * static_cast<double>(count)));
  std::set<std::size_t> held_out;
  for (std::size_t i = 0; i < std::clamp<std::size_t>(wanted, 1, count - 1); ++i)
    held_out.insert(order[i].second);
  for (std::size_t i = 0; i < count; ++i) {
    (held_out.contains(i) ? split.held_out : split.train).push_back(std::move((*documents)[i]));
  }
  return split;
}

}  // namespace rad
