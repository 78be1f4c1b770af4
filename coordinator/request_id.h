// request_id.h: what makes two requests the same one, sent again.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "coordinator/spec_violations.h"

namespace rad {

Violations CheckRequestId(const std::string& request_id);

// Hex SHA-256 of a message and its type; equal for equal messages.
std::string DigestOfRequest(const google::protobuf::Message& message);

}  // namespace rad
