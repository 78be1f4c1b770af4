// What Prometheus would read.
#pragma once

#include <string>

namespace rad {

// The body of GET /metrics on 127.0.0.1; empty when nobody answers.
std::string Scrape(int port);

// The value of a series, named with its labels as they are printed; 0 when it is not there.
double MetricIn(const std::string& metrics, const std::string& name);

}  // namespace rad
