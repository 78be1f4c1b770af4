// head_selection.h: which heads a student keeps. Pure.
//
// How many is said by one of head_budget, head_share, bytes (at context_tokens), drop_target and heads (which
// names them); which ones by placement: the best of the ranking (or of a preset), or, as controls, as many
// drawn at random or spread over the layers. Placement layer_wise keeps whole layers, every every_layers-th.
// `field` below is the student's path in the spec, "spec.student".
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/head_race.h"
#include "rad/v1/job.pb.h"
#include "rad/v1/result.pb.h"

namespace rad {

// "layer.head", both from 0, as a spec writes a head.
std::optional<HeadRef> ParseHead(absl::string_view text);

// How many heads a student keeps where that is known before the ranking.
std::optional<std::uint32_t> HeadCount(const v1::Student& student, const v1::TeacherInfo& teacher);

// Whether the student is chosen by the job's own ranking.
bool NeedsRanking(const v1::Student& student);

// INVALID_ARGUMENT, naming the field, when a student of this teacher cannot be: more heads than there are,
// heads or a preset of another shape, bytes that hold not even the SSM heads.
absl::Status CheckSelection(const v1::Student& student, absl::string_view field,
                            const v1::TeacherInfo& teacher);

// Of a student that CheckSelection passed; `ranking` holds every head, best first. Sorted by layer and head.
std::vector<HeadRef> SelectHeads(const v1::Student& student, const v1::TeacherInfo& teacher,
                                 const std::vector<RankedHead>& ranking);

}  // namespace rad
