#include "coordinator/cli/spec/job_spec.h"

#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "coordinator/cli/spec/absolute_paths.h"
#include "coordinator/cli/spec/overrides.h"
#include "coordinator/cli/spec/sweep_spec.h"
#include "coordinator/cli/spec/yaml_to_message.h"
#include "coordinator/cli/spec/yaml_tree.h"

namespace rad::cli {
namespace {

bool IsSweep(YamlNode& root) {
  const YamlNode* kind = root.kind == YamlNode::Kind::kMap ? root.Find("kind") : nullptr;
  return kind != nullptr && absl::EqualsIgnoreCase(kind->scalar, "sweep");
}

// One byte more than ReadYaml accepts, so that it can tell.
absl::StatusOr<std::string> ReadBounded(std::istream& stream, const std::string& name) {
  std::string text(kMaxYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return absl::InvalidArgumentError(absl::StrCat("cannot read ", name));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

absl::StatusOr<std::string> ReadSpecText(const std::string& file) {
  if (file == "-") return ReadBounded(std::cin, "standard input");
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    return absl::InvalidArgumentError(
        absl::StrCat("no such file: ", file, "; name a job's YAML file, or - for standard input"));
  }
  if (std::filesystem::is_directory(status)) {
    return absl::InvalidArgumentError(absl::StrCat(file, " is a folder; name a job's YAML file"));
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return absl::InvalidArgumentError(absl::StrCat("cannot open ", file));
  return ReadBounded(stream, file);
}

}  // namespace

absl::StatusOr<Spec> ParseSpec(absl::string_view text, absl::string_view source,
                               const std::vector<std::string>& overrides,
                               const std::filesystem::path& folder) {
  auto root = ReadYaml(text, source);
  if (!root.ok()) return root.status();
  if (root->kind == YamlNode::Kind::kNull) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": the document is empty; a job has kind, metadata and spec"));
  }
  for (const std::string& override_text : overrides) {
    if (auto applied = ApplyOverride(override_text, *root); !applied.ok()) return applied;
  }
  if (IsSweep(*root)) return SweepOf(*std::move(root), folder);
  v1::Job job;
  if (auto filled = FillMessage(*root, job); !filled.ok()) return filled;
  if (job.has_spec()) MakePathsAbsolute(folder, *job.mutable_spec());
  return job;
}

absl::StatusOr<Spec> ReadSpec(const std::string& file, const std::vector<std::string>& overrides) {
  auto text = ReadSpecText(file);
  if (!text.ok()) return text.status();
  return ParseSpec(*text, file == "-" ? "<stdin>" : file, overrides, std::filesystem::current_path());
}

}  // namespace rad::cli
