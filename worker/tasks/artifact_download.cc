#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/tasks/artifact_client.h"
#include "worker/tasks/file_chunks.h"
#include "worker/tasks/parallel.h"

namespace rad {
namespace {

constexpr std::size_t kParallelGets = 4;  // chunks in flight, 16 MiB
constexpr int kMaxFetches = 3;            // of a chunk that arrives damaged

absl::Status CannotWrite(const std::filesystem::path& path) {
  return absl::ResourceExhaustedError(
      absl::StrCat("cannot write ", path.string(), ": is the disk of --data-dir full?"));
}

}  // namespace

absl::StatusOr<v1::Manifest> ArtifactClient::GetManifest(const std::string& artifact_id) {
  v1::GetManifestRequest request;
  request.set_artifact_id(artifact_id);
  v1::Manifest manifest;
  const absl::Status got = CallWithRetry(absl::StrCat("artifact ", artifact_id), policy_, [&](auto& context) {
    return stub_->GetManifest(&context, request, &manifest);
  });
  if (!got.ok()) return got;
  return manifest;
}

absl::StatusOr<std::optional<v1::Manifest>> ArtifactClient::LatestCheckpoint(const std::string& task_digest) {
  v1::LatestCheckpointRequest request;
  request.set_task_digest(task_digest);
  v1::Manifest manifest;
  const absl::Status got = CallWithRetry("asking for the latest checkpoint", policy_, [&](auto& context) {
    return stub_->LatestCheckpoint(&context, request, &manifest);
  });
  if (absl::IsNotFound(got)) return std::nullopt;
  if (!got.ok()) return got;
  return manifest;
}

absl::Status ArtifactClient::Download(const v1::Manifest& manifest, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return CannotWrite(folder);
  for (const v1::File& file : manifest.files()) {
    if (absl::Status sound = CheckFile(file); !sound.ok()) return sound;
    if (absl::Status fetched = FetchFile(file, folder); !fetched.ok()) return fetched;
  }
  return absl::OkStatus();
}

absl::Status ArtifactClient::FetchFile(const v1::File& file, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / file.path();
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  const auto chunks = static_cast<std::size_t>(file.chunks_size());
  // A group at a time: fetched in parallel, written in order.
  for (std::size_t begin = 0; begin < chunks; begin += kParallelGets) {
    std::vector<std::string> group(std::min(kParallelGets, chunks - begin));
    const absl::Status fetched = ForEachInParallel(group.size(), kParallelGets, [&](std::size_t i) {
      auto bytes = FetchChunk(file.chunks(static_cast<int>(begin + i)));
      if (bytes.ok()) group[i] = *std::move(bytes);
      return bytes.status();
    });
    if (!fetched.ok()) return fetched;
    for (const std::string& bytes : group)
      out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  out.close();
  return out ? absl::OkStatus() : CannotWrite(path);
}

absl::StatusOr<std::string> ArtifactClient::FetchChunk(const v1::Chunk& chunk) {
  absl::Status last;
  for (int tries = 0; tries < kMaxFetches; ++tries) {
    v1::GetChunkRequest request;
    request.set_sha256(chunk.sha256());
    v1::GetChunkResponse response;
    last = CallWithRetry(absl::StrCat("chunk ", chunk.sha256()), policy_, [&](grpc::ClientContext& context) {
      return stub_->GetChunk(&context, request, &response);
    });
    if (!last.ok()) return last;
    last = CheckChunk(chunk, response.data());
    if (last.ok()) return std::move(*response.mutable_data());
  }
  return last;
}

}  // namespace rad
