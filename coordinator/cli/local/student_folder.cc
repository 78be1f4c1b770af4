#include "coordinator/cli/local/student_folder.h"

#include <cctype>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/rpc/download.h"
#include "coordinator/cli/rpc/student_artifact.h"

namespace rad::cli {
namespace {

namespace fs = std::filesystem;

// A job's name as a folder's: no way out, nothing hidden.
std::string FolderName(const v1::JobStatus& status) {
  std::string name = status.job().metadata().name();
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') c = '_';
  }
  return name.empty() || name.front() == '.' ? absl::StrCat("job-", status.job_id()) : name;
}

// Beside the folder, not in it: the folder holds the student alone.
fs::path MarkOf(const fs::path& target) { return absl::StrCat(target.string(), ".artifact"); }

bool IsThere(const fs::path& target, const std::string& artifact_id) {
  std::string known;
  std::ifstream(MarkOf(target)) >> known;
  return known == artifact_id && fs::is_directory(target);
}

}  // namespace

absl::StatusOr<fs::path> FetchStudent(CoordinatorClient& client, const v1::JobStatus& status,
                                      const fs::path& folder) {
  auto artifact_id = StudentArtifact(status, "");
  if (absl::IsNotFound(artifact_id.status())) return fs::path();
  if (!artifact_id.ok()) return artifact_id.status();
  const fs::path target = folder / FolderName(status);
  if (IsThere(target, *artifact_id)) return target;
  const fs::path fresh = absl::StrCat(target.string(), ".new");
  std::error_code error;
  fs::create_directories(folder, error);
  fs::remove_all(fresh, error);
  if (auto done = DownloadArtifact(client, *artifact_id, fresh, [](std::uint64_t, std::uint64_t) {});
      !done.ok()) {
    return done;
  }
  fs::remove(MarkOf(target), error);  // from here the mark would lie
  fs::remove_all(target, error);
  fs::rename(fresh, target, error);
  if (error)
    return absl::InternalError(absl::StrCat("cannot write ", target.string(), ": ", error.message()));
  std::ofstream(MarkOf(target)) << *artifact_id << "\n";
  return target;
}

}  // namespace rad::cli
