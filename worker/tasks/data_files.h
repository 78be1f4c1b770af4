// data_files.h: what the files hold that a job's data names, and that they still hold it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "rad/v1/plan.pb.h"
#include "worker/data/data_spec.h"
#include "worker/task_host.h"

namespace rad {

// Reads all of it with the teacher's tokenizer, before any computing: the digest of what the files hold,
// empty where there are none, or an error that names the field at fault. What is tokenised stays in
// host.TokenFolder(), for the tasks that come after.
absl::StatusOr<std::string> TryData(const v1::Data& data, const std::string& teacher, TaskHost& host);

// The data, whose files must have the digest in `files` when they are opened.
DataSpec CheckedData(const v1::Data& data, const v1::DataFiles& files, ProbeSpec prompts,
                     const TaskHost& host);

}  // namespace rad
