#include "coordinator/cli/spec/job_spec.h"

#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "coordinator/cli/spec/overrides.h"
#include "coordinator/cli/spec/yaml_to_message.h"
#include "coordinator/cli/spec/yaml_tree.h"

namespace rad::cli {
namespace {

std::string Absolute(const std::string& path, const std::filesystem::path& folder) {
  return (folder / path).lexically_normal().string();
}

void MakePathsAbsolute(const std::filesystem::path& folder, v1::Probe& probe) {
  for (std::string* path : {probe.mutable_text(), probe.mutable_key_file(), probe.mutable_value_file()})
    if (!path->empty()) *path = Absolute(*path, folder);
}

void MakePathsAbsolute(const std::filesystem::path& folder, v1::Job& job) {
  if (!job.has_spec()) return;
  if (const std::string& path = job.spec().teacher().path(); !path.empty()) {
    job.mutable_spec()->mutable_teacher()->set_path(Absolute(path, folder));
  }
  if (job.spec().has_probe()) MakePathsAbsolute(folder, *job.mutable_spec()->mutable_probe());
  for (v1::Probe& probe : *job.mutable_spec()->mutable_probes()) MakePathsAbsolute(folder, probe);
  if (job.spec().has_data()) {
    for (std::string& glob : *job.mutable_spec()->mutable_data()->mutable_text())
      glob = Absolute(glob, folder);
  }
  if (!job.spec().has_evaluate()) return;
  v1::Evaluate& evaluate = *job.mutable_spec()->mutable_evaluate();
  for (std::string* path : {evaluate.mutable_records(), evaluate.mutable_definitions()}) {
    if (!path->empty()) *path = Absolute(*path, folder);
  }
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

absl::StatusOr<v1::Job> ParseJob(absl::string_view text, absl::string_view source,
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
  v1::Job job;
  if (auto filled = FillMessage(*root, job); !filled.ok()) return filled;
  MakePathsAbsolute(folder, job);
  return job;
}

absl::StatusOr<v1::Job> ReadJob(const std::string& file, const std::vector<std::string>& overrides) {
  auto text = ReadSpecText(file);
  if (!text.ok()) return text.status();
  return ParseJob(*text, file == "-" ? "<stdin>" : file, overrides, std::filesystem::current_path());
}

}  // namespace rad::cli
