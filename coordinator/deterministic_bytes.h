// deterministic_bytes.h: messages as bytes to take digests of.
#pragma once

#include <google/protobuf/message_lite.h>

#include <string>

namespace rad {

// Equal for equal messages, maps included.
std::string DeterministicBytes(const google::protobuf::MessageLite& message);

}  // namespace rad
