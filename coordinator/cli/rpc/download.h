// download.h: an artifact from the coordinator into a folder.
#pragma once

#include <filesystem>
#include <functional>

#include "absl/status/statusor.h"
#include "coordinator/cli/rpc/coordinator_client.h"

namespace rad::cli {

// Called after each chunk with the bytes there so far and in all.
using DownloadProgress = std::function<void(std::uint64_t done_bytes, std::uint64_t total_bytes)>;

// Every chunk is checked against its SHA-256. The folder appears whole or not at all: files are written
// beside it and renamed. ALREADY_EXISTS when it is there; DATA_LOSS when bytes are not what the manifest
// says; INVALID_ARGUMENT for a manifest whose paths lead out of the folder.
absl::Status DownloadArtifact(CoordinatorClient& client, const std::string& artifact_id,
                              const std::filesystem::path& folder, const DownloadProgress& progress);

}  // namespace rad::cli
