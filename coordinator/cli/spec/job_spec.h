// job_spec.h: the job a user means: a YAML file (or standard input), --set overrides, relative paths made
// absolute.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rad/v1/job.pb.h"

namespace rad::cli {

// `source` names the text in errors. Relative teacher.path, data.text and files of probes are taken from
// `folder`, because the workers that open them have another current folder. Defaults are the server's.
absl::StatusOr<v1::Job> ParseJob(absl::string_view text, absl::string_view source,
                                 const std::vector<std::string>& overrides,
                                 const std::filesystem::path& folder);

// Reads `file` ("-": standard input) and parses it against the current folder.
absl::StatusOr<v1::Job> ReadJob(const std::string& file, const std::vector<std::string>& overrides);

}  // namespace rad::cli
