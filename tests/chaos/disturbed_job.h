// The reference job on a service that a test disturbs while it trains; it must end as if nothing had been.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tests/end_to_end/job_client.h"
#include "tests/end_to_end/reference_job.h"
#include "tests/end_to_end/service.h"

namespace rad {

inline constexpr char kLeasesLost[] = "rad_leases_lost_total";
inline constexpr char kStaleRefused[] = "rad_stale_reports_refused_total";

class DisturbedJobTest : public testing::Test {
 protected:
  void Start(int workers, ServiceOptions options, const v1::Job& job = ReferenceJob::Get().job());

  // Until it has trained past a checkpoint: the worker that trains.
  std::string AwaitTraining();
  // Until that attempt is given up.
  v1::JobStatus AwaitRestart();
  // Of the training; no other stage is started again.
  void ExpectTheSameFindings(std::uint32_t restarts);

  std::optional<Service> service_;
  std::optional<JobClient> client_;
  std::string job_id_;
};

std::uint32_t AllRestarts(const v1::JobStatus& status);

}  // namespace rad
