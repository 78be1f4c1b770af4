#include "coordinator/request_id.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

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
  std::string bytes = absl::StrCat(message.GetTypeName(), "\n");
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return Sha256Hex(bytes);
}

}  // namespace rad
