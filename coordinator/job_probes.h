// job_probes.h: the probes that a job's heads are ranked on. Pure.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/record.pb.h"

namespace rad {

// The probe's path in the spec, for messages: "spec.probe", "spec.probes[1]".
struct NamedProbe {
  std::string field;
  const v1::Probe* probe = nullptr;
};
std::vector<NamedProbe> ProbesOf(const v1::JobSpec& spec);  // spec.probe first

// What the files of the index-th of them held; empty before the inspection, and where it names none.
v1::ProbeFiles ProbeFilesOf(const v1::JobRecord& job, int index);

// What determines the scores on each of them, of a job whose teacher is inspected.
std::vector<v1::ScoreOrigin> ScoreOriginsOf(const v1::JobRecord& job);

}  // namespace rad
