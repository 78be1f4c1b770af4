// worker_fit.h: which workers have what a job asks for (spec.resources). Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "rad/v1/job.pb.h"
#include "rad/v1/worker.pb.h"

namespace rad {

struct WorkerTraits {
  std::string device;
  std::uint64_t memory_bytes = 0;
  std::map<std::string, std::string> labels;
};
WorkerTraits TraitsOf(const v1::RegisterRequest& about);

struct WorkerNeeds {
  std::string device;              // empty: any
  std::uint64_t memory_bytes = 0;  // at least
  std::map<std::string, std::string> labels;
  auto operator<=>(const WorkerNeeds&) const = default;
};
WorkerNeeds NeedsOf(const v1::Resources& resources);

bool Fits(const WorkerNeeds& needs, const WorkerTraits& worker);

// "device cuda, 64.0 GiB of memory, label zone=a"; empty when any worker will do.
std::string DescribeNeeds(const WorkerNeeds& needs);

}  // namespace rad
