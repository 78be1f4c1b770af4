// artifact_cache.h: fetched artifacts on this worker's disk, one folder each, so that the tasks of a job
// fetch their common inputs once. A folder is there whole or not at all. One process at a time per cache.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "worker/tasks/artifact_client.h"

namespace rad {

class ArtifactCache {
 public:
  // Artifacts used longest ago go once all take more than `limit_bytes`; those got through this object stay.
  ArtifactCache(std::filesystem::path folder, std::uint64_t limit_bytes)
      : folder_(std::move(folder)), limit_bytes_(limit_bytes) {}

  // The artifact's files, fetched if need be. On an error the cache holds what it held.
  absl::StatusOr<std::filesystem::path> Get(const std::string& artifact_id, ArtifactClient& client);

 private:
  void Trim();

  const std::filesystem::path folder_;
  const std::uint64_t limit_bytes_;
  std::set<std::string> in_use_;
};

}  // namespace rad
