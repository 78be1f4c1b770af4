// job_spec.h: what a user wants done: a YAML file (or standard input), --set overrides, relative paths made
// absolute.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rad/v1/job.pb.h"
#include "rad/v1/sweep.pb.h"

namespace rad::cli {

using Spec = std::variant<v1::Job, v1::Sweep>;  // by its `kind`

// `source` names the text in errors. Relative paths of files that workers open (absolute_paths.h) are taken
// from `folder`, because those have another current folder. Defaults are the server's.
absl::StatusOr<Spec> ParseSpec(absl::string_view text, absl::string_view source,
                               const std::vector<std::string>& overrides,
                               const std::filesystem::path& folder);

// Reads `file` ("-": standard input) and parses it against the current folder.
absl::StatusOr<Spec> ReadSpec(const std::string& file, const std::vector<std::string>& overrides);

}  // namespace rad::cli
