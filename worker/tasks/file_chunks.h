// file_chunks.h: files of a folder as the artifact service sees them: cut into content-addressed chunks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rad/v1/artifact.pb.h"

namespace rad {

inline constexpr std::size_t kChunkBytes = 4 << 20;

// Every regular file below `folder`, sorted by path. INVALID_ARGUMENT names what is no regular file.
absl::StatusOr<std::vector<v1::File>> DescribeFolder(const std::filesystem::path& folder);

// Where chunk `index` of `file` lies, below `folder`.
absl::StatusOr<std::string> ReadChunk(const std::filesystem::path& folder, const v1::File& file, int index);

// Checks that a manifest's file stays below its folder and that its chunks add up to its size.
absl::Status CheckFile(const v1::File& file);
// Checks bytes against what the manifest says they are. DATA_LOSS names the chunk.
absl::Status CheckChunk(const v1::Chunk& chunk, std::string_view bytes);

}  // namespace rad
