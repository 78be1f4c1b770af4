// scrape_metrics.h: what Prometheus would read.
#pragma once

#include <string>

namespace rad {

// GET /metrics of this machine over a plain socket: the body, or "" when anything goes wrong.
std::string ScrapeMetrics(int port);

}  // namespace rad
