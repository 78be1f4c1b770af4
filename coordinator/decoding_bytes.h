// decoding_bytes.h: the bytes that decoding one sequence with a student holds, in bf16, as the student's
// evaluation measures them: K and V of each key-value group that a kept head reads, and the state and the
// convolution's last inputs of each SSM head: with join replace of every head that is not kept, with adapter
// and sum of every head. Kept heads of one group share their K and V. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "coordinator/score_table.h"
#include "rad/v1/job.pb.h"
#include "rad/v1/result.pb.h"

namespace rad {

struct DecodingShape {
  std::uint32_t state_dim = 0;       // N of an SSM head
  std::uint32_t context_tokens = 0;  // that K and V are held of
  v1::Student::Join join = v1::Student::REPLACE;
  std::uint32_t head_dim = 0;  // P of an SSM head; 0: the teacher's
};

// The teacher's heads, kv_heads and head_dim must be set.
std::uint64_t GroupBytes(const v1::TeacherInfo& teacher, const DecodingShape& shape);
std::uint64_t SsmHeadBytes(const v1::TeacherInfo& teacher, const DecodingShape& shape);
// That keeping a head saves, K and V apart.
std::uint64_t SavedByKeeping(const v1::TeacherInfo& teacher, const DecodingShape& shape);
std::uint64_t DecodingBytes(const v1::TeacherInfo& teacher, const DecodingShape& shape,
                            const std::vector<HeadRef>& kept);

// The key-value group that a head reads, numbered as if it were a head: heads of a group are neighbours.
HeadRef GroupOf(const v1::TeacherInfo& teacher, HeadRef head);

}  // namespace rad
