#include "coordinator/cli/view/message_json.h"

#include <google/protobuf/descriptor.h>
#include <yaml-cpp/emitter.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "coordinator/cli/spec/enum_words.h"

namespace rad::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::ordered_json;

ordered_json Number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

// The shortest decimal that reads back as the same float: 0.1f is 0.1, not 0.10000000149011612.
ordered_json Number(float value) {
  for (int digits = 6; std::isfinite(value); ++digits) {
    const double decimal = std::strtod(absl::StrFormat("%.*g", digits, value).c_str(), nullptr);
    if (static_cast<float>(decimal) == value || digits == 9) return decimal;
  }
  return nullptr;
}

ordered_json EnumJson(const google::protobuf::EnumValueDescriptor& value) {
  return absl::EndsWith(value.name(), "_UNSPECIFIED") ? ordered_json(nullptr) : ordered_json(EnumWord(value));
}

class FieldReader {
 public:
  FieldReader(const Message& message, const FieldDescriptor& field, EmptyFields empty)
      : message_(message), field_(field), empty_(empty), reflection_(*message.GetReflection()) {}

  ordered_json Read() const {
    if (field_.is_map()) return ReadMap();
    if (field_.is_repeated()) return ReadList();
    return ReadOne();
  }

 private:
  ordered_json ReadOne() const {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection_.GetInt32(message_, &field_);
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection_.GetInt64(message_, &field_);
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection_.GetUInt32(message_, &field_);
      case FieldDescriptor::CPPTYPE_UINT64:
        return reflection_.GetUInt64(message_, &field_);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Number(reflection_.GetDouble(message_, &field_));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Number(reflection_.GetFloat(message_, &field_));
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection_.GetBool(message_, &field_);
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumJson(*reflection_.GetEnum(message_, &field_));
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection_.GetString(message_, &field_);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return ToJson(reflection_.GetMessage(message_, &field_), empty_);
    }
    std::abort();
  }

  ordered_json ReadItem(int index) const {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection_.GetRepeatedInt32(message_, &field_, index);
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection_.GetRepeatedInt64(message_, &field_, index);
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection_.GetRepeatedUInt32(message_, &field_, index);
      case FieldDescriptor::CPPTYPE_UINT64:
        return reflection_.GetRepeatedUInt64(message_, &field_, index);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Number(reflection_.GetRepeatedDouble(message_, &field_, index));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Number(reflection_.GetRepeatedFloat(message_, &field_, index));
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection_.GetRepeatedBool(message_, &field_, index);
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumJson(*reflection_.GetRepeatedEnum(message_, &field_, index));
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection_.GetRepeatedString(message_, &field_, index);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return ToJson(reflection_.GetRepeatedMessage(message_, &field_, index), empty_);
    }
    std::abort();
  }

  ordered_json ReadList() const {
    ordered_json list = ordered_json::array();
    for (int i = 0; i < reflection_.FieldSize(message_, &field_); ++i) list.push_back(ReadItem(i));
    return list;
  }

  // Sorted by key: a protobuf map has no order, output should have one.
  ordered_json ReadMap() const {
    std::vector<std::pair<std::string, ordered_json>> pairs;
    const auto& entry_type = *field_.message_type();
    for (int i = 0; i < reflection_.FieldSize(message_, &field_); ++i) {
      const Message& entry = reflection_.GetRepeatedMessage(message_, &field_, i);
      pairs.emplace_back(entry.GetReflection()->GetString(entry, entry_type.map_key()),
                         FieldReader(entry, *entry_type.map_value(), empty_).ReadOne());
    }
    std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    ordered_json map = ordered_json::object();
    for (auto& [key, value] : pairs) map[key] = std::move(value);
    return map;
  }

  const Message& message_;
  const FieldDescriptor& field_;
  EmptyFields empty_;
  const google::protobuf::Reflection& reflection_;
};

bool IsWritten(const Message& message, const FieldDescriptor& field, EmptyFields empty) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) return empty == EmptyFields::kKeep || reflection.FieldSize(message, &field) > 0;
  return (empty == EmptyFields::kKeep && !field.has_presence()) || reflection.HasField(message, &field);
}

// yaml-cpp leaves a carriage return at a string's end bare, and reads it back as part of the line's end.
void EmitString(const std::string& text, YAML::Emitter& out) {
  if (std::any_of(text.begin(), text.end(), absl::ascii_iscntrl)) out << YAML::DoubleQuoted;
  out << text;
}

void Emit(const ordered_json& value, YAML::Emitter& out) {
  if (value.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, item] : value.items()) {
      out << YAML::Key;
      EmitString(key, out);
      out << YAML::Value;
      Emit(item, out);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << YAML::BeginSeq;
    for (const auto& item : value) Emit(item, out);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    EmitString(value.get<std::string>(), out);
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << value.dump();
  }
}

}  // namespace

ordered_json ToJson(const Message& message, EmptyFields empty) {
  ordered_json object = ordered_json::object();
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsWritten(message, field, empty)) object[field.name()] = FieldReader(message, field, empty).Read();
  }
  return object;
}

std::string ToYaml(const ordered_json& value) {
  YAML::Emitter out;
  Emit(value, out);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace rad::cli
