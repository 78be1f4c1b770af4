#include "coordinator/cli/rpc/download.h"

#include <unistd.h>

#include <fstream>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "coordinator/cli/rpc/sha256.h"

namespace rad::cli {
namespace {

namespace fs = std::filesystem;

absl::Status CheckPath(const std::string& path) {
  const fs::path relative(path);
  bool inside = !path.empty() && relative.is_relative() && relative.has_filename();
  for (const fs::path& part : relative) inside = inside && part != ".." && part != ".";
  if (inside) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the artifact names a file outside its folder: '", path, "'"));
}

class Download {
 public:
  Download(CoordinatorClient& client, const v1::Manifest& manifest, const DownloadProgress& progress)
      : client_(client), manifest_(manifest), progress_(progress) {
    for (const auto& file : manifest.files()) total_bytes_ += file.size();
  }

  absl::Status WriteAll(const fs::path& folder) {
    for (const v1::File& file : manifest_.files()) {
      if (auto checked = CheckPath(file.path()); !checked.ok()) return checked;
      if (auto written = WriteFile(file, folder / file.path()); !written.ok()) return written;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status WriteFile(const v1::File& file, const fs::path& path) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream out(path, std::ios::binary);
    std::uint64_t bytes = 0;
    for (const v1::Chunk& chunk : file.chunks()) {
      auto data = Fetch(chunk, file.path());
      if (!data.ok()) return data.status();
      out.write(data->data(), static_cast<std::streamsize>(data->size()));
      bytes += data->size();
      done_bytes_ += data->size();
      progress_(done_bytes_, total_bytes_);
    }
    out.close();
    if (!out) return absl::InternalError(absl::StrCat("cannot write ", path.string(), "; is the disk full?"));
    if (bytes == file.size()) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(file.path(), " has ", bytes, " bytes, its manifest says ", file.size()));
  }

  absl::StatusOr<std::string> Fetch(const v1::Chunk& chunk, const std::string& path) {
    v1::GetChunkRequest request;
    request.set_sha256(chunk.sha256());
    auto response = client_.Call(&Artifacts::GetChunk, request);
    if (!response.ok()) return response.status();
    if (Sha256Hex(response->data()) == chunk.sha256()) return std::move(*response->mutable_data());
    return absl::DataLossError(
        absl::StrCat("a chunk of ", path, " is damaged: its SHA-256 is not ", chunk.sha256()));
  }

  CoordinatorClient& client_;
  const v1::Manifest& manifest_;
  const DownloadProgress& progress_;
  std::uint64_t done_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace

absl::Status DownloadArtifact(CoordinatorClient& client, const std::string& artifact_id,
                              const fs::path& folder, const DownloadProgress& progress) {
  if (fs::exists(folder)) {
    return absl::AlreadyExistsError(
        absl::StrCat(folder.string(), " exists already; name another folder, or remove it"));
  }
  v1::GetManifestRequest request;
  request.set_artifact_id(artifact_id);
  auto manifest = client.Call(&Artifacts::GetManifest, request);
  if (!manifest.ok()) return manifest.status();
  const fs::path partial = absl::StrCat(folder.string(), ".partial.", getpid());
  std::error_code error;
  const absl::Cleanup remove = [&] { fs::remove_all(partial, error); };
  fs::create_directories(partial, error);
  if (error)
    return absl::InvalidArgumentError(
        absl::StrCat("cannot create ", partial.string(), ": ", error.message()));
  if (auto written = Download(client, *manifest, progress).WriteAll(partial); !written.ok()) return written;
  fs::rename(partial, folder, error);
  if (error)
    return absl::InternalError(
        absl::StrCat("cannot rename ", partial.string(), " to ", folder.string(), ": ", error.message()));
  return absl::OkStatus();
}

}  // namespace rad::cli
