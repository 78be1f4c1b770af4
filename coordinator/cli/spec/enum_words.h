// enum_words.h: how people write the values of a protobuf enum: "top", "race", "Distillation".
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rad::cli {

// "distillation" of DISTILLATION; a job's kind is capitalised, as kinds are in YAML.
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);

// The word for a number of the enum; "" for its *_UNSPECIFIED and for a number without a name.
std::string EnumWord(const google::protobuf::EnumDescriptor& type, int number);

// All words of an enum, without its *_UNSPECIFIED.
std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type);

// The value meant, in any case of letters; null when there is none.
const google::protobuf::EnumValueDescriptor* FindEnumWord(const google::protobuf::EnumDescriptor& type,
                                                          absl::string_view word);

}  // namespace rad::cli
