#include "coordinator/bytes_selection.h"

#include <algorithm>
#include <map>

namespace rad {
namespace {

struct Group {
  std::vector<HeadRef> heads;  // with a positive drop
  double drop = 0;
  double bytes = 0;  // that keeping them adds; negative where their SSM states weigh more than K and V
};

std::vector<Group> GroupsOf(const std::vector<RankedHead>& ranking, const v1::TeacherInfo& teacher,
                            const DecodingShape& shape) {
  std::map<HeadRef, Group> groups;
  for (const RankedHead& ranked : ranking) {
    if (ranked.drop <= 0) continue;
    Group& group = groups[GroupOf(teacher, ranked.head)];
    group.heads.push_back(ranked.head);
    group.drop += ranked.drop;
  }
  std::vector<Group> list;
  for (auto& [ref, group] : groups) {
    group.bytes =
        1.0 * GroupBytes(teacher, shape) - 1.0 * group.heads.size() * SavedByKeeping(teacher, shape);
    list.push_back(std::move(group));
  }
  return list;
}

// Groups that save bytes come first; then the most drop per byte.
bool IsWorthMore(const Group& a, const Group& b) {
  if ((a.bytes <= 0) != (b.bytes <= 0)) return a.bytes <= 0;
  if (a.bytes <= 0) return a.drop > b.drop;
  return a.drop * b.bytes > b.drop * a.bytes;
}

}  // namespace

std::vector<HeadRef> SelectByBytes(const std::vector<RankedHead>& ranking, const v1::TeacherInfo& teacher,
                                   const DecodingShape& shape, std::uint64_t bytes) {
  std::vector<Group> groups = GroupsOf(ranking, teacher, shape);
  std::stable_sort(groups.begin(), groups.end(), IsWorthMore);
  double held = DecodingBytes(teacher, shape, {});
  std::vector<HeadRef> kept;
  for (const Group& group : groups) {
    if (held + group.bytes > bytes) continue;
    held += group.bytes;
    kept.insert(kept.end(), group.heads.begin(), group.heads.end());
  }
  return kept;
}

}  // namespace rad
