#include "coordinator/request_id.h"

#include "coordinator/deterministic_bytes.h"
#include "storage/sha256.h"

namespace rad {
namespace {

constexpr std::size_t kMaxRequestIdBytes = 200;

}  // namespace

Violations CheckRequestId(const std::string& request_id) {
  Violations violations;
  if (request_id.size() > kMaxRequestIdBytes) {
    violations.Add("request_id",
                   absl::StrCat("is ", request_id.size(), " bytes long; give at most ", kMaxRequestIdBytes));
  }
  return violations;
}

std::string DigestOfRequest(const google::protobuf::Message& message) {
  return Sha256Hex(absl::StrCat(message.GetTypeName(), "\n", DeterministicBytes(message)));
}

}  // namespace rad
