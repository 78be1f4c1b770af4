// overrides.h: --set path=value, written into the YAML tree before it becomes a job, so that a wrong path or
// value fails with the same message as in the file.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "coordinator/cli/spec/yaml_tree.h"

namespace rad::cli {

// "student.head_budget=10" is below spec; "metadata.name=x", "kind=Ablation" and "spec. ..." are from the
// top. Items of a list by number: "controls.0.state_dim=16"; one past the last adds an item. The value is
// YAML.
absl::Status ApplyOverride(absl::string_view override_text, YamlNode& root);

}  // namespace rad::cli
