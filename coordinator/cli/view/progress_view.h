// progress_view.h: a running job as lines of text, one a stage. Pure: draws what it is given.
#pragma once

#include <string>
#include <vector>

#include "rad/v1/service.pb.h"

namespace rad::cli {

// With a bar, cut to `columns`: for a terminal.
std::vector<std::string> ProgressLines(const v1::JobStatus& status, int columns);

// "align: 120 of 390 steps, 3.2/s, 1m24s left, loss align 0.213", without a bar: for a log or a pipe.
std::string PlainProgress(const v1::StageStatus& stage);

// "running, 2 of 9 stages done", "waiting: no worker has registered"
std::string Headline(const v1::JobStatus& status);

std::string StateWord(v1::State state);  // "running"
bool IsTerminal(v1::State state);

}  // namespace rad::cli
