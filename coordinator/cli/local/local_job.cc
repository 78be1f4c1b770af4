#include "coordinator/cli/local/local_job.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/str_cat.h"
#include "coordinator/cli/rpc/sha256.h"
#include "coordinator/cli/view/progress_view.h"

namespace rad::cli {
namespace {

constexpr int kMaxRuns = 10'000;  // of one spec on one folder

std::string DeterministicBytes(const google::protobuf::Message& spec) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    spec.SerializeToCodedStream(&coded);
  }
  return bytes;
}

// Asks for run after run until one has not ended.
template <typename Method, typename Request>
auto SubmitUntilOpen(CoordinatorClient& client, Method method, Request request,
                     const google::protobuf::Message& spec, const std::filesystem::path& data_dir)
    -> decltype(client.Call(method, request)) {
  for (int run = 1; run <= kMaxRuns; ++run) {
    request.set_request_id(LocalRequestId(spec, data_dir, run));
    auto status = client.Call(method, request);
    if (!status.ok() || !IsTerminal(status->state())) return status;
  }
  return absl::ResourceExhaustedError(absl::StrCat("this spec has been run ", kMaxRuns, " times in ",
                                                   data_dir.string(), "; use another --data-dir"));
}

}  // namespace

std::string LocalRequestId(const google::protobuf::Message& spec, const std::filesystem::path& data_dir,
                           int run) {
  const std::string identity =
      absl::StrCat(data_dir.string(), std::string(1, '\0'), DeterministicBytes(spec));
  return absl::StrCat("local-", Sha256Hex(identity).substr(0, 32), "-", run);
}

absl::StatusOr<v1::JobStatus> SubmitOrResume(CoordinatorClient& client, const v1::Job& job,
                                             const std::filesystem::path& data_dir) {
  v1::SubmitRequest request;
  *request.mutable_job() = job;
  return SubmitUntilOpen(client, &Jobs::Submit, request, job, data_dir);
}

absl::StatusOr<v1::SweepStatus> SubmitOrResumeSweep(CoordinatorClient& client, const v1::Sweep& sweep,
                                                    const std::filesystem::path& data_dir) {
  v1::SubmitSweepRequest request;
  *request.mutable_sweep() = sweep;
  return SubmitUntilOpen(client, &Sweeps::Submit, request, sweep, data_dir);
}

}  // namespace rad::cli
