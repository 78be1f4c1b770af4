// job_tables.h: jobs, stages, workers, artifacts and backups as tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/cli/view/table.h"
#include "rad/v1/artifact.pb.h"
#include "rad/v1/backup.pb.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {

enum class Width { kNormal, kWide };

Table JobsTable(const std::vector<v1::JobStatus>& jobs, Width width, std::int64_t now_unix_seconds);
Table StagesTable(const v1::JobStatus& status);
// The ranks of the training runs that are on several workers now, each with its time computing a step over
// the median of all: 1 is like the others, and the largest is what they wait for.
Table RanksTable(const v1::JobStatus& status);
Table PlannedStagesTable(const v1::PlanResponse& plan);
Table WorkersTable(const v1::ListWorkersResponse& workers, Width width);
Table ArtifactsTable(const std::vector<v1::Manifest>& artifacts);
Table BackupsTable(const std::vector<v1::Backup>& backups, Width width);  // wide: whether they are sound

// What `job describe` prints: the job, its stages, and its results as far as there are any.
std::string DescribeJob(const v1::JobStatus& status);

}  // namespace rad::cli
