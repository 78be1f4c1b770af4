#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/failpoint.h"
#include "worker/tasks/artifact_client.h"
#include "worker/tasks/file_chunks.h"
#include "worker/tasks/parallel.h"

namespace rad {
namespace {

constexpr std::size_t kParallelPuts = 4;           // 16 MiB in flight
constexpr std::size_t kDigestsPerQuestion = 4096;  // 270 kB a message
// One before the chunks, one behind them, and as they may be collected with another job's meanwhile, two
// more.
constexpr int kMaxCommits = 4;

struct ChunkPlace {
  const v1::File* file;
  int index;
};

std::map<std::string, ChunkPlace> PlacesOf(const v1::Manifest& manifest) {
  std::map<std::string, ChunkPlace> places;
  for (const v1::File& file : manifest.files()) {
    for (int i = 0; i < file.chunks_size(); ++i)
      places.try_emplace(file.chunks(i).sha256(), ChunkPlace{&file, i});
  }
  return places;
}

}  // namespace

absl::StatusOr<std::string> ArtifactClient::Upload(const std::filesystem::path& folder,
                                                   v1::Manifest manifest) {
  auto files = DescribeFolder(folder);
  if (!files.ok()) return files.status();
  manifest.mutable_files()->Assign(files->begin(), files->end());
  v1::CommitRequest request;
  *request.mutable_fence() = fence_;
  *request.mutable_manifest() = manifest;
  // The first commit asks whether it may be; all of it may be there already.
  for (int tries = 0; tries < kMaxCommits; ++tries) {
    v1::CommitResponse response;
    const absl::Status committed = CallWithRetry(
        "committing an artifact", policy_,
        [&](grpc::ClientContext& context) { return stub_->Commit(&context, request, &response); });
    if (committed.ok()) return response.artifact_id();
    if (!absl::IsFailedPrecondition(committed)) return committed;
    bool none_missing = false;
    if (absl::Status put = PutMissing(folder, manifest, none_missing); !put.ok()) return put;
    Failpoint("executor_chunks_sent");
    if (none_missing && tries > 0) return absl::AbortedError(committed.message());
  }
  return absl::AbortedError("committing an artifact: refused although every chunk was sent");
}

absl::Status ArtifactClient::PutMissing(const std::filesystem::path& folder, const v1::Manifest& manifest,
                                        bool& none_missing) {
  const auto missing = MissingChunks(manifest);
  if (!missing.ok()) return missing.status();
  none_missing = missing->sha256().empty();
  const auto places = PlacesOf(manifest);
  return ForEachInParallel(
      static_cast<std::size_t>(missing->sha256_size()), kParallelPuts, [&](std::size_t i) {
        const std::string& sha256 = missing->sha256(static_cast<int>(i));
        const auto place = places.find(sha256);
        if (place == places.end())
          return absl::InternalError(absl::StrCat("the store asks for foreign chunk ", sha256));
        auto bytes = ReadChunk(folder, *place->second.file, place->second.index);
        if (!bytes.ok()) return bytes.status();
        return PutChunk(sha256, *std::move(bytes));
      });
}

absl::StatusOr<v1::MissingChunksResponse> ArtifactClient::MissingChunks(const v1::Manifest& manifest) {
  std::vector<std::string> digests;
  for (const auto& [sha256, place] : PlacesOf(manifest)) digests.push_back(sha256);
  v1::MissingChunksResponse missing;
  for (std::size_t begin = 0; begin < digests.size(); begin += kDigestsPerQuestion) {
    v1::MissingChunksRequest request;
    const std::size_t end = std::min(digests.size(), begin + kDigestsPerQuestion);
    request.mutable_sha256()->Assign(digests.begin() + static_cast<std::ptrdiff_t>(begin),
                                     digests.begin() + static_cast<std::ptrdiff_t>(end));
    v1::MissingChunksResponse part;
    const absl::Status asked = CallWithRetry(
        "asking for missing chunks", policy_,
        [&](grpc::ClientContext& context) { return stub_->MissingChunks(&context, request, &part); });
    if (!asked.ok()) return asked;
    missing.MergeFrom(part);
  }
  return missing;
}

absl::Status ArtifactClient::PutChunk(const std::string& sha256, std::string bytes) {
  v1::PutChunkRequest request;
  *request.mutable_fence() = fence_;
  request.set_sha256(sha256);
  request.set_data(std::move(bytes));
  const absl::Status put = CallWithRetry("sending a chunk", policy_, [&](grpc::ClientContext& context) {
    v1::PutChunkResponse response;
    return stub_->PutChunk(&context, request, &response);
  });
  return absl::IsFailedPrecondition(put) ? absl::AbortedError(put.message()) : put;
}

}  // namespace rad
