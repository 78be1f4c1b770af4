// bytes_selection.h: the heads that are worth most to a student whose decoding memory is bounded. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "coordinator/decoding_bytes.h"
#include "coordinator/head_race.h"

namespace rad {

// Greedy by drop per byte, group by group: once the K and V of a group are held, its other heads cost nothing
// (with join replace less: each saves its SSM state), so a group is worth the drops of all its heads that
// matter and a cheap head beside a good one comes along. Heads whose mean drop is not positive stay out. A
// group that no longer fits is passed over for smaller ones. The bytes of the result are at most `bytes`,
// given that a student without attention heads is.
std::vector<HeadRef> SelectByBytes(const std::vector<RankedHead>& ranking, const v1::TeacherInfo& teacher,
                                   const DecodingShape& shape, std::uint64_t bytes);

}  // namespace rad
