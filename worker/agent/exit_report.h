// exit_report.h: what to tell the coordinator about an executor that ended without saying how. Pure.
#pragma once

#include <deque>
#include <string>

#include "rad/v1/worker.pb.h"

namespace rad {

// `wait_status` as waitpid gives it; `last_lines` the end of what the executor printed, for the message.
v1::TaskFailure CrashOf(int wait_status, const std::deque<std::string>& last_lines);

}  // namespace rad
