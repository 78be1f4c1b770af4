// score_rows.h: a score table as it is stored, one row for each head and one for the teacher itself, each
// with all that it takes to find its numbers again. Pure.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "coordinator/score_table.h"
#include "rad/v1/record.pb.h"

namespace rad {

// All that the table knows of `head` (absent: of the unablated runs).
v1::HeadScoreRow MakeScoreRow(const v1::ScoreOrigin& origin, const ScoreTable& table,
                              std::optional<HeadRef> head);

// DATA_LOSS when the row's lists do not fit together; the table is then as before.
absl::Status AddScoreRow(const v1::HeadScoreRow& row, ScoreTable& table);

}  // namespace rad
