// score_task.h: the task "score heads", as the executor runs it. No torch in this header.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/ablation/head_scores.h"
#include "worker/ablation/probe.h"
#include "worker/model/precision.h"
#include "worker/task_host.h"

namespace rad {

struct ScoreTask {
  std::filesystem::path teacher;
  Precision precision = Precision::kFloat32;
  ProbeSpec probe;
  int example_begin = 0;
  int example_end = 0;
  std::vector<HeadId> heads;  // empty: the unablated run
};

absl::StatusOr<HeadScores> RunScoreTask(const ScoreTask& task, TaskHost& host);

}  // namespace rad
