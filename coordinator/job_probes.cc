#include "coordinator/job_probes.h"

#include "absl/strings/str_cat.h"
#include "coordinator/job_precision.h"
#include "coordinator/work_digest.h"

namespace rad {

std::vector<NamedProbe> ProbesOf(const v1::JobSpec& spec) {
  std::vector<NamedProbe> probes = {{"spec.probe", &spec.probe()}};
  for (int i = 0; i < spec.probes_size(); ++i)
    probes.push_back({absl::StrCat("spec.probes[", i, "]"), &spec.probes(i)});
  return probes;
}

v1::ProbeFiles ProbeFilesOf(const v1::JobRecord& job, int index) {
  return index < job.probe_files_size() ? job.probe_files(index) : v1::ProbeFiles();
}

std::vector<v1::ScoreOrigin> ScoreOriginsOf(const v1::JobRecord& job) {
  std::vector<v1::ScoreOrigin> origins;
  for (const NamedProbe& named : ProbesOf(job.job().spec())) {
    const int index = static_cast<int>(origins.size());
    origins.push_back(
        ScoreOriginOf(job.teacher().digest(), *named.probe, ProbeFilesOf(job, index), PrecisionOf(job)));
  }
  return origins;
}

}  // namespace rad
