// run_report.h: what a finished run says: ranking, students, results, and what they are worth.
#pragma once

#include <string>

#include "rad/v1/service.pb.h"

namespace rad::cli {

std::string RunReport(const v1::JobStatus& status, const v1::Ranked& ranking);

// A sentence for when a student's perplexity is well above the teacher's; empty when none is.
std::string PerplexityNote(const v1::JobStatus& status);

}  // namespace rad::cli
