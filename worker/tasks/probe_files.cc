#include "worker/tasks/probe_files.h"

#include <memory>
#include <utility>

#include "worker/tasks/file_digest_check.h"
#include "worker/tasks/spec.h"

namespace rad {

ProbePaths PathsOf(const v1::Probe& probe) { return {probe.text(), probe.key_file(), probe.value_file()}; }

v1::ProbeFiles FilesOf(const ProbeSources& sources) {
  const ProbeDigests digests = DigestsOf(sources);
  v1::ProbeFiles files;
  files.set_text(digests.text);
  files.set_keys(digests.keys);
  files.set_values(digests.values);
  return files;
}

absl::StatusOr<ProbeSpec> CheckedProbe(const v1::Probe& probe, const v1::ProbeFiles& files, ProbeSplit split,
                                       std::uint64_t seed) {
  auto spec = ProbeOf(probe, split, seed);
  if (!spec.ok()) return spec.status();
  auto sources = ReadProbeSources(PathsOf(probe));
  if (!sources.ok()) return sources.status();
  const v1::ProbeFiles found = FilesOf(*sources);
  absl::Status status = CheckFileDigest("probe.text", probe.text(), files.text(), found.text());
  status.Update(CheckFileDigest("probe.key_file", probe.key_file(), files.keys(), found.keys()));
  status.Update(CheckFileDigest("probe.value_file", probe.value_file(), files.values(), found.values()));
  if (!status.ok()) return status;
  spec->sources = std::make_shared<const ProbeSources>(*std::move(sources));
  return spec;
}

}  // namespace rad
