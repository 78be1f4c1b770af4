// probed_teacher.h: a teacher and the questions that a task puts to it.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/probe.h"
#include "worker/model/precision.h"
#include "worker/model/transformer.h"
#include "worker/task_host.h"

namespace rad {

struct ProbedTeacher {
  Transformer model;
  std::vector<ProbeExample> examples;  // [begin, end) of the probe
};

// Reports the phase "loading teacher". Errors as in OpenTokenizer, MakeProbe and OpenModelFile.
absl::StatusOr<ProbedTeacher> LoadProbedTeacher(const std::filesystem::path& teacher, Precision precision,
                                                const ProbeSpec& probe, int begin, int end, TaskHost& host);

}  // namespace rad
