// yaml_to_scalar.h: one YAML value into one protobuf field that is not a message.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "coordinator/cli/spec/yaml_tree.h"

namespace rad::cli {

// Sets the field, or adds to it where it is repeated. INVALID_ARGUMENT naming position, `path`, the value and
// what was expected; `message` is then unchanged.
absl::Status SetScalar(const YamlNode& node, const std::string& path,
                       const google::protobuf::FieldDescriptor& field, google::protobuf::Message& message);

}  // namespace rad::cli
