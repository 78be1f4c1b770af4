// submissions.h: users who submit jobs, and how long each has to wait for its answer.
#pragma once

#include <string>
#include <vector>

namespace rad {

// Jobs number `first` to `first + count` (load_job.h), by so many clients at once, each one after another.
// Seconds of each call, ascending. A refused job ends the program.
std::vector<double> SubmitJobs(const std::string& coordinator, int first, int count, int clients);

// Of values in ascending order, by nearest rank.
double Percentile(const std::vector<double>& ascending, double percent);

}  // namespace rad
