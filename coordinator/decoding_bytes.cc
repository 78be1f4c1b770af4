#include "coordinator/decoding_bytes.h"

#include <set>

namespace rad {
namespace {

constexpr std::uint64_t kNumberBytes = 2;  // bf16
constexpr std::uint64_t kConvInputs = 3;   // that a convolution of width 4 looks back on

}  // namespace

std::uint64_t GroupBytes(const v1::TeacherInfo& teacher, const DecodingShape& shape) {
  return kNumberBytes * 2 * teacher.head_dim() * shape.context_tokens;
}

std::uint64_t SsmHeadBytes(const v1::TeacherInfo& teacher, const DecodingShape& shape) {
  const std::uint64_t p = shape.head_dim > 0 ? shape.head_dim : teacher.head_dim(), n = shape.state_dim;
  return kNumberBytes * (p * n + kConvInputs * (p + 2 * n));
}

std::uint64_t SavedByKeeping(const v1::TeacherInfo& teacher, const DecodingShape& shape) {
  const bool has_both = shape.join == v1::Student::ADAPTER || shape.join == v1::Student::SUM;
  return has_both ? 0 : SsmHeadBytes(teacher, shape);
}

std::uint64_t DecodingBytes(const v1::TeacherInfo& teacher, const DecodingShape& shape,
                            const std::vector<HeadRef>& kept) {
  std::set<HeadRef> groups;
  for (const HeadRef& head : kept) groups.insert(GroupOf(teacher, head));
  const std::uint64_t all = std::uint64_t{teacher.layers()} * teacher.heads();
  return groups.size() * GroupBytes(teacher, shape) + all * SsmHeadBytes(teacher, shape) -
         kept.size() * SavedByKeeping(teacher, shape);
}

HeadRef GroupOf(const v1::TeacherInfo& teacher, HeadRef head) {
  return {head.layer, head.head / (teacher.heads() / teacher.kv_heads())};
}

}  // namespace rad
