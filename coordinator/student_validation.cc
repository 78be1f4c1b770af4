#include "coordinator/student_validation.h"

#include <set>
#include <vector>

#include "absl/strings/str_join.h"
#include "coordinator/head_selection.h"
#include "coordinator/published_rankings.h"

namespace rad {
namespace {

constexpr std::uint32_t kMaxStateDim = 1024;
constexpr std::uint32_t kMaxHeadDim = 1024;
constexpr std::uint32_t kMaxLayers = 10'000;
constexpr std::uint32_t kMaxContextTokens = 1u << 30;

std::vector<std::string> SizesOf(const v1::Student& student) {
  std::vector<std::string> sizes;
  if (student.has_head_budget()) sizes.push_back("head_budget");
  if (student.has_head_share()) sizes.push_back("head_share");
  if (student.has_bytes()) sizes.push_back("bytes");
  if (student.has_drop_target()) sizes.push_back("drop_target");
  if (student.heads_size() > 0) sizes.push_back("heads");
  if (student.has_every_layers()) sizes.push_back("every_layers");
  return sizes;
}

void CheckSize(const v1::Student& student, const std::string& field, Violations& found) {
  if (const std::vector<std::string> sizes = SizesOf(student); sizes.size() != 1) {
    found.Add(field, absl::StrCat("has ", sizes.empty() ? "none" : absl::StrJoin(sizes, " and "),
                                  "; one of head_budget, head_share, bytes, drop_target, heads and (with "
                                  "placement: layer_wise) every_layers says how many heads it keeps: give "
                                  "exactly one"));
  }
  if (student.has_head_share()) found.Range(field + ".head_share", student.head_share(), 0.0, 1.0);
  if (student.has_drop_target()) found.Range(field + ".drop_target", student.drop_target(), 0.0, 1.0);
  if (student.has_context_tokens()) {
    found.Range(field + ".context_tokens", student.context_tokens(), 1u, kMaxContextTokens);
    if (!student.has_bytes()) {
      found.Add(field + ".context_tokens",
                absl::StrCat("is of ", field, ".bytes, which is missing; give it, or remove context_tokens"));
    }
  }
}

void CheckHeads(const v1::Student& student, const std::string& field, Violations& found) {
  std::set<HeadRef> seen;
  for (int i = 0; i < student.heads_size(); ++i) {
    const std::string item = absl::StrCat(field, ".heads[", i, "]");
    const std::optional<HeadRef> head = ParseHead(student.heads(i));
    if (!head) {
      found.Add(item, absl::StrCat("is \"", student.heads(i), "\"; give layer.head, such as 16.0"));
    } else if (!seen.insert(*head).second) {
      found.Add(item, absl::StrCat("is ", student.heads(i), ", which is listed before; list each head once"));
    }
  }
  if (student.heads_size() > 0 && student.placement() != v1::Student::TOP &&
      student.placement() != v1::Student::LAYER_WISE) {
    found.Add(field + ".placement",
              absl::StrCat("draws heads, but ", field, ".heads names them; remove one"));
  }
}

void CheckLayerWise(const v1::Student& student, const std::string& field, Violations& found) {
  const bool layer_wise = student.placement() == v1::Student::LAYER_WISE;
  if (student.has_every_layers())
    found.Range(field + ".every_layers", student.every_layers(), 1u, kMaxLayers);
  if (student.has_every_layers() && !layer_wise) {
    found.Add(field + ".every_layers", absl::StrCat("is of placement: layer_wise; give ", field,
                                                    ".placement, or remove every_layers"));
  }
  if (!layer_wise) return;
  if (!student.has_every_layers() || SizesOf(student).size() != 1) {
    found.Add(field + ".placement", absl::StrCat("is layer_wise, which keeps whole layers; size it by ",
                                                 field, ".every_layers alone, such as 4"));
  }
  if (student.join() != v1::Student::REPLACE) {
    found.Add(field + ".join",
              "joins attention with SSM heads in one layer, but placement: layer_wise has "
              "none of both; give replace");
  }
  if (!student.preset().empty()) {
    found.Add(field + ".preset", "orders heads, but placement: layer_wise keeps whole layers; remove one");
  }
}

void CheckPreset(const v1::Student& student, const std::string& field, Violations& found) {
  if (student.preset().empty()) return;
  if (FindPublishedRanking(student.preset()) == nullptr) {
    const std::string known = absl::StrJoin(
        PublishedRankings(), ", ",
        [](std::string* out, const PublishedRanking& ranking) { absl::StrAppend(out, ranking.name); });
    found.Add(field + ".preset", absl::StrCat("is \"", student.preset(), "\"; give one of ", known));
  }
  if (student.has_head_budget() || student.has_head_share() || student.has_every_layers()) return;
  found.Add(field + ".preset",
            absl::StrCat("is an order of heads without scores; give ", field,
                         ".head_budget or head_share, not ", absl::StrJoin(SizesOf(student), " and ")));
}

}  // namespace

void CheckStudent(const v1::Student& student, const std::string& field, Violations& found) {
  found.Range(field + ".state_dim", student.state_dim(), 1u, kMaxStateDim);
  if (student.has_head_dim()) found.Range(field + ".head_dim", student.head_dim(), 1u, kMaxHeadDim);
  CheckSize(student, field, found);
  CheckHeads(student, field, found);
  CheckLayerWise(student, field, found);
  CheckPreset(student, field, found);
}

}  // namespace rad
