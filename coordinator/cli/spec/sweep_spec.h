// sweep_spec.h: a sweep out of its YAML tree. `spec.parameters` says which fields of the template vary:
//   {student.state_dim: [8, 16], distill.learning_rate: {min: 1e-4, max: 1e-2, scale: log}}   a field, its
//   values
//   [{student.head_budget: 0}, {student.head_share: 0.02, student.placement: random}]         a point, its
//   fields
// Each value is read as that field of a job would be, with the same errors.
#pragma once

#include <filesystem>

#include "absl/status/statusor.h"
#include "coordinator/cli/spec/yaml_tree.h"
#include "rad/v1/sweep.pb.h"

namespace rad::cli {

absl::StatusOr<v1::Sweep> SweepOf(YamlNode root, const std::filesystem::path& folder);

}  // namespace rad::cli
