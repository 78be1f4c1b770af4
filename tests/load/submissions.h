// submissions.h: users who submit jobs, and how long each has to wait for its answer.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace rad {

struct Submissions {
  int first = 0, count = 0;  // by number (load_job.h)
  int clients = 1;           // at once, each one job after another
  // Of a client between two calls: one that never pauses submits most jobs while nothing else happens, and
  // tells little of what others wait for.
  std::chrono::milliseconds pause{0};
};
// Seconds of each call, ascending. A refused job ends the program.
std::vector<double> SubmitJobs(const std::string& coordinator, const Submissions& submissions);

// Of values in ascending order, by nearest rank.
double Percentile(const std::vector<double>& ascending, double percent);

}  // namespace rad
