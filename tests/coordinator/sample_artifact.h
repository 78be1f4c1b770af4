// sample_artifact.h: what a worker sends to publish one small file.
#pragma once

#include <optional>
#include <string>

#include "rad/v1/artifact.pb.h"
#include "storage/crc32c.h"
#include "storage/sha256.h"

namespace rad {

inline v1::PutChunkRequest PutOf(const v1::Fence& fence, const std::string& content) {
  v1::PutChunkRequest put;
  *put.mutable_fence() = fence;
  put.set_sha256(Sha256Hex(content));
  put.set_data(content);
  return put;
}

inline v1::CommitRequest CommitOf(const v1::Fence& fence, v1::Manifest::Kind kind,
                                  const std::string& task_digest, const std::string& content,
                                  std::uint64_t step, std::optional<double> loss = std::nullopt) {
  v1::CommitRequest commit;
  *commit.mutable_fence() = fence;
  v1::Manifest& manifest = *commit.mutable_manifest();
  manifest.set_kind(kind);
  manifest.set_task_digest(task_digest);
  manifest.set_step(step);
  if (loss) manifest.set_loss(*loss);
  v1::File& file = *manifest.add_files();
  file.set_path("data.bin");
  file.set_size(content.size());
  v1::Chunk& chunk = *file.add_chunks();
  chunk.set_sha256(Sha256Hex(content));
  chunk.set_size(content.size());
  chunk.set_crc32c(Crc32c(content));
  return commit;
}

}  // namespace rad
