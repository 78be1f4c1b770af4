#include "coordinator/cli/local/local_job.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/rpc/sha256.h"
#include "coordinator/cli/view/progress_view.h"

namespace rad::cli {
namespace {

constexpr int kMaxRuns = 10'000;  // of one spec on one folder

std::string DeterministicBytes(const v1::Job& job) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    job.SerializeToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace

std::string LocalRequestId(const v1::Job& job, const std::filesystem::path& data_dir, int run) {
  const std::string identity = absl::StrCat(data_dir.string(), std::string(1, '\0'), DeterministicBytes(job));
  return absl::StrCat("local-", Sha256Hex(identity).substr(0, 32), "-", run);
}

absl::StatusOr<v1::JobStatus> SubmitOrResume(CoordinatorClient& client, const v1::Job& job,
                                             const std::filesystem::path& data_dir) {
  v1::SubmitRequest request;
  *request.mutable_job() = job;
  for (int run = 1; run <= kMaxRuns; ++run) {
    request.set_request_id(LocalRequestId(job, data_dir, run));
    auto status = client.Call(&Jobs::Submit, request);
    if (!status.ok() || !IsTerminal(status->state())) return status;
  }
  return absl::ResourceExhaustedError(absl::StrCat("this spec has been run ", kMaxRuns, " times in ",
                                                   data_dir.string(), "; use another --data-dir"));
}

}  // namespace rad::cli
