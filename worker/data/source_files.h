// source_files.h: which files a data source names, and what they hold. No torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"

namespace rad {

// Called now and then, for every file at least; an error ends the work and is returned.
using ReadProgress = std::function<absl::Status(std::uint64_t done_bytes, std::uint64_t total_bytes)>;

struct SourceFiles {
  std::string field;  // as the spec calls the source, for messages
  DataSource source;
  std::vector<std::filesystem::path> paths;  // sorted
  std::uint64_t bytes = 0;                   // of all files
  std::string digest;  // hex SHA-256 of how they are read and of their contents, wherever they lie
};

// `field` is what names the source in messages. INVALID_ARGUMENT for a glob that matches nothing; errors of
// reading name the file.
absl::StatusOr<SourceFiles> FilesOfSource(const DataSource& source, const std::string& field,
                                          const ReadProgress& progress = {});

// Of every source of the spec.
absl::StatusOr<std::vector<SourceFiles>> ListSourceFiles(const DataSpec& spec, const ReadProgress& progress);

// Of all sources together, in their order; empty when there are none.
std::string DigestOf(const std::vector<SourceFiles>& sources);

}  // namespace rad
