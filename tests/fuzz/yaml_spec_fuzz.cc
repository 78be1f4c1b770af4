// Any bytes as the YAML of a job or sweep: refused or read, never a crash; what is read prints and reads back
// as the same.
#include <google/protobuf/util/message_differencer.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "coordinator/cli/spec/job_spec.h"
#include "coordinator/cli/view/message_json.h"

namespace {

const google::protobuf::Message& MessageOf(const rad::cli::Spec& spec) {
  return std::visit([](const auto& one) -> const google::protobuf::Message& { return one; }, spec);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto spec = rad::cli::ParseSpec(text, "fuzz", {}, "/");
  if (!spec.ok()) return 0;
  const std::string yaml = rad::cli::ToYaml(rad::cli::ToJson(MessageOf(*spec), rad::cli::EmptyFields::kDrop));
  const auto again = rad::cli::ParseSpec(yaml, "printed", {}, "/");
  if (!again.ok() || again->index() != spec->index() ||
      !google::protobuf::util::MessageDifferencer::Equals(MessageOf(*spec), MessageOf(*again))) {
    std::cerr << again.status() << "\n" << yaml << "\n";
    std::abort();
  }
  return 0;
}
