// yaml_to_message.h: fills a protobuf message from YAML, key by field name, strictly: an unknown key, a value
// of the wrong type or out of range is an error that says where it is, what was expected and, for a key, what
// was probably meant. Knows nothing of jobs: new fields of a proto need no change here.
#pragma once

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "coordinator/cli/spec/yaml_tree.h"

namespace rad::cli {

// INVALID_ARGUMENT naming position and field; `message` is then part-filled and of no use.
absl::Status FillMessage(const YamlNode& node, google::protobuf::Message& message);

}  // namespace rad::cli
