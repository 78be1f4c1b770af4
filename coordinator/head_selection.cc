#include "coordinator/head_selection.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "coordinator/bytes_selection.h"
#include "coordinator/control_placement.h"
#include "coordinator/published_rankings.h"

namespace rad {
namespace {

DecodingShape ShapeOf(const v1::Student& student) {
  return {.state_dim = student.state_dim(),
          .context_tokens = student.context_tokens(),
          .join = student.join(),
          .head_dim = student.head_dim()};
}

std::uint32_t AllHeads(const v1::TeacherInfo& teacher) { return teacher.layers() * teacher.heads(); }

HeadGrid GridOf(const v1::TeacherInfo& teacher) { return {teacher.layers(), teacher.heads()}; }

std::vector<HeadRef> ListedHeads(const v1::Student& student) {
  std::vector<HeadRef> heads;
  for (const std::string& text : student.heads()) heads.push_back(ParseHead(text).value());
  return heads;
}

// A drop counts when it is two standard errors above 0: the many heads that do nothing would otherwise add up
// to a large part of the total by chance alone.
double CountedDrop(const RankedHead& head) {
  const double error = head.deviation / std::sqrt(std::max(1u, head.cost.examples));
  return head.drop > 2 * error ? head.drop : 0;
}

// The smallest prefix of the ranking that has this share of the drops that count.
std::size_t PrefixOfDrop(const std::vector<RankedHead>& ranking, double share) {
  std::vector<double> drops;
  double total = 0;
  for (const RankedHead& head : ranking) {
    drops.push_back(CountedDrop(head));
    total += drops.back();
  }
  double sum = 0;
  std::size_t count = 0;
  while (count < drops.size() && sum < share * total * (1 - 1e-12)) sum += drops[count++];
  return count;
}

std::vector<HeadRef> BestOf(const v1::Student& student, const v1::TeacherInfo& teacher,
                            const std::vector<RankedHead>& ranking) {
  if (student.heads_size() > 0) return ListedHeads(student);
  if (student.has_bytes()) return SelectByBytes(ranking, teacher, ShapeOf(student), student.bytes());
  std::vector<HeadRef> order;
  if (const PublishedRanking* preset = FindPublishedRanking(student.preset()); preset != nullptr) {
    order = preset->heads;
  } else {
    for (const RankedHead& ranked : ranking) order.push_back(ranked.head);
  }
  const std::optional<std::uint32_t> count = HeadCount(student, teacher);
  order.resize(count ? *count : PrefixOfDrop(ranking, student.drop_target()));
  return order;
}

absl::Status CheckList(const v1::Student& student, absl::string_view field, const v1::TeacherInfo& teacher) {
  for (int i = 0; i < student.heads_size(); ++i) {
    const HeadRef head = ParseHead(student.heads(i)).value();
    if (head.layer < teacher.layers() && head.head < teacher.heads()) continue;
    return absl::InvalidArgumentError(absl::StrCat(field, ".heads[", i, "] is ", student.heads(i),
                                                   ", but the teacher has layers 0 to ", teacher.layers() - 1,
                                                   " of heads 0 to ", teacher.heads() - 1));
  }
  return absl::OkStatus();
}

absl::Status CheckPreset(const v1::Student& student, absl::string_view field,
                         const v1::TeacherInfo& teacher) {
  const PublishedRanking& preset = *FindPublishedRanking(student.preset());
  if (preset.layers != teacher.layers() || preset.heads_per_layer != teacher.heads()) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ".preset is ", preset.name, ", a ranking of ", preset.layers, " layers of ",
                     preset.heads_per_layer, " heads, but the teacher has ", teacher.layers(), " of ",
                     teacher.heads(), ": leave preset out to rank this teacher's own heads"));
  }
  const std::uint32_t count = HeadCount(student, teacher).value();
  if (count > preset.heads.size()) {
    return absl::InvalidArgumentError(absl::StrCat(field, " keeps ", count, " heads, but ", field,
                                                   ".preset names ", preset.heads.size(),
                                                   ": keep at most as many"));
  }
  return absl::OkStatus();
}

absl::Status CheckBytes(const v1::Student& student, absl::string_view field, const v1::TeacherInfo& teacher) {
  if (teacher.kv_heads() == 0 || teacher.head_dim() == 0 || teacher.heads() % teacher.kv_heads() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ".bytes needs the teacher's key-value groups, but its inspection found ",
                     teacher.heads(), " heads, ", teacher.kv_heads(), " key-value heads and head_dim ",
                     teacher.head_dim(), ": give ", field, ".head_budget"));
  }
  const std::uint64_t least = DecodingBytes(teacher, ShapeOf(student), {});
  if (student.bytes() >= least) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      field, ".bytes is ", student.bytes(), ", but the SSM heads alone take ", least,
      " with no attention head kept: give more, or a smaller ", field, ".state_dim or head_dim"));
}

}  // namespace

std::optional<HeadRef> ParseHead(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  HeadRef head;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &head.layer) ||
      !absl::SimpleAtoi(parts[1], &head.head))
    return std::nullopt;
  return head;
}

std::optional<std::uint32_t> HeadCount(const v1::Student& student, const v1::TeacherInfo& teacher) {
  if (student.heads_size() > 0) return student.heads_size();
  if (student.placement() == v1::Student::LAYER_WISE) {
    return teacher.layers() / student.every_layers() * teacher.heads();
  }
  if (student.has_head_share()) {
    const double heads = student.head_share() * AllHeads(teacher);
    return student.head_share() > 0 ? std::max(1.0, std::round(heads)) : 0;
  }
  if (student.has_bytes() || student.has_drop_target()) return std::nullopt;
  return student.head_budget();
}

bool NeedsRanking(const v1::Student& student) {
  const bool sized_by_drops = student.has_bytes() || student.has_drop_target();
  if (student.has_head_budget() && student.head_budget() == 0) return false;  // there is nothing to choose
  const bool from_ranking = student.heads_size() == 0 && student.preset().empty();
  return sized_by_drops || (from_ranking && student.placement() == v1::Student::TOP);
}

absl::Status CheckSelection(const v1::Student& student, absl::string_view field,
                            const v1::TeacherInfo& teacher) {
  if (student.head_budget() > AllHeads(teacher)) {
    return absl::InvalidArgumentError(absl::StrCat(field, ".head_budget is ", student.head_budget(),
                                                   ", but the teacher has ", AllHeads(teacher),
                                                   " heads: give at most ", AllHeads(teacher)));
  }
  if (student.placement() == v1::Student::LAYER_WISE && student.every_layers() > teacher.layers()) {
    return absl::InvalidArgumentError(absl::StrCat(field, ".every_layers is ", student.every_layers(),
                                                   ", but the teacher has ", teacher.layers(),
                                                   " layers: give at most ", teacher.layers()));
  }
  if (student.heads_size() > 0) return CheckList(student, field, teacher);
  if (!student.preset().empty()) return CheckPreset(student, field, teacher);
  if (student.has_bytes()) return CheckBytes(student, field, teacher);
  return absl::OkStatus();
}

std::vector<HeadRef> SelectHeads(const v1::Student& student, const v1::TeacherInfo& teacher,
                                 const std::vector<RankedHead>& ranking) {
  const HeadGrid grid = GridOf(teacher);
  if (student.placement() == v1::Student::LAYER_WISE) return PlaceLayerWise(grid, student.every_layers());
  std::vector<HeadRef> kept = BestOf(student, teacher, ranking);
  if (student.placement() == v1::Student::RANDOM) kept = PlaceAtRandom(grid, kept.size(), student.seed());
  if (student.placement() == v1::Student::UNIFORM) kept = PlaceUniformly(grid, kept.size(), student.seed());
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace rad
