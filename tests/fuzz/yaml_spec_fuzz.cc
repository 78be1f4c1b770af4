// Any bytes as a job's YAML: refused or read, never a crash; what is read prints and reads back as the same
// job.
#include <google/protobuf/util/message_differencer.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "coordinator/cli/spec/job_spec.h"
#include "coordinator/cli/view/message_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto job = rad::cli::ParseJob(text, "fuzz", {}, "/");
  if (!job.ok()) return 0;
  const std::string yaml = rad::cli::ToYaml(rad::cli::ToJson(*job, rad::cli::EmptyFields::kDrop));
  const auto again = rad::cli::ParseJob(yaml, "printed", {}, "/");
  if (!again.ok() || !google::protobuf::util::MessageDifferencer::Equals(*job, *again)) {
    std::cerr << again.status() << "\n" << yaml << "\n";
    std::abort();
  }
  return 0;
}
