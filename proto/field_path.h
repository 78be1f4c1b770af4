// field_path.h: one field of a message by its path, "student.state_dim", set and read as words: as people
// write its value in a spec, whole numbers in digits. A field is a plain value, or a list of them (several
// words).
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rad {

// INVALID_ARGUMENT when the path leads nowhere, or to something that is no plain value and no list of them.
absl::StatusOr<const google::protobuf::FieldDescriptor*> FindField(const google::protobuf::Descriptor& type,
                                                                   absl::string_view path);

bool IsNumber(const google::protobuf::FieldDescriptor& field);
bool IsWholeNumber(const google::protobuf::FieldDescriptor& field);

// Replaces the field. INVALID_ARGUMENT, naming path, value and what would be right, leaves it as it was. No
// words clear a list; a plain value needs one word.
absl::Status SetField(google::protobuf::Message& message, absl::string_view path,
                      const std::vector<std::string>& words);

// The words that SetField takes to set the same; the path must be one that FindField finds.
std::vector<std::string> GetField(const google::protobuf::Message& message, absl::string_view path);

}  // namespace rad
