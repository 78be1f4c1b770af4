// json_lines.h: one JSON object a line in, one a line out.
#pragma once

#include <functional>
#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "absl/status/statusor.h"

namespace rad {

// Stops at the first line that is not JSON or that `answer` refuses; the error names the line, from 1. Empty
// lines are skipped. Each answer is written before the next line is read.
absl::Status AnswerJsonLines(
    std::istream& in, std::ostream& out,
    const std::function<absl::StatusOr<nlohmann::json>(const nlohmann::json&)>& answer);

// The integers in request["ids"].
absl::StatusOr<std::vector<std::int32_t>> IdsIn(const nlohmann::json& request);

}  // namespace rad
