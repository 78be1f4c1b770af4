// message_json.h: protobuf messages as JSON and YAML for people and scripts: field names as in the proto,
// enum values as in a spec, 64-bit numbers as numbers, NaN as null. A job printed as YAML can be submitted
// again.
#pragma once

#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <string>

namespace rad::cli {

// What becomes of lists, maps and plain values that hold nothing: scripts want every key, people do not.
enum class EmptyFields { kKeep, kDrop };

nlohmann::ordered_json ToJson(const google::protobuf::Message& message, EmptyFields empty);

std::string ToYaml(const nlohmann::ordered_json& value);

}  // namespace rad::cli
