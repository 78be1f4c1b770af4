// examples_json.h: probe examples as a file, {"examples": [{"ids", "answer_len"}, ...]}: written by `probe`,
// read by `score-heads`.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/probe.h"

namespace rad {

nlohmann::json ExamplesJson(std::span<const ProbeExample> examples);

// Other members of the file are left alone. Errors name the file and the example.
absl::StatusOr<std::vector<ProbeExample>> ReadExamples(const std::string& path);

}  // namespace rad
