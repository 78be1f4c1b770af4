#include "proto/field_path.h"

#include <charconv>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace rad {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Refuse(absl::string_view path, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(path, " ", why));
}

std::string FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return absl::StrJoin(names, ", ");
}

bool IsWritable(const EnumValueDescriptor& value) { return !absl::EndsWith(value.name(), "_UNSPECIFIED"); }

std::string EnumWords(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (IsWritable(*type.value(i))) words.push_back(absl::AsciiStrToLower(type.value(i)->name()));
  }
  return absl::StrJoin(words, ", ");
}

const EnumValueDescriptor* FindEnumWord(const EnumDescriptor& type, absl::string_view word) {
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    if (IsWritable(*value) && absl::EqualsIgnoreCase(value->name(), word)) return value;
  }
  return nullptr;
}

// The shortest decimal that reads back as the same number.
std::string RealWord(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

// Adds one word to a list, or sets a plain value.
class Writer {
 public:
  Writer(Message& message, absl::string_view path, const FieldDescriptor& field)
      : message_(message), path_(path), field_(field), reflection_(*message.GetReflection()) {}

  absl::Status Write(const std::string& word) {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        list() ? reflection_.AddString(&message_, &field_, word)
               : reflection_.SetString(&message_, &field_, word);
        return absl::OkStatus();
      case FieldDescriptor::CPPTYPE_ENUM:
        return WriteEnum(word);
      case FieldDescriptor::CPPTYPE_BOOL:
        if (word != "true" && word != "false") return Wrong(word, "true or false");
        list() ? reflection_.AddBool(&message_, &field_, word == "true")
               : reflection_.SetBool(&message_, &field_, word == "true");
        return absl::OkStatus();
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return WriteReal(word);
      case FieldDescriptor::CPPTYPE_INT32:
        return WriteWhole<std::int32_t>(word, &Reflection::SetInt32, &Reflection::AddInt32);
      case FieldDescriptor::CPPTYPE_UINT32:
        return WriteWhole<std::uint32_t>(word, &Reflection::SetUInt32, &Reflection::AddUInt32);
      case FieldDescriptor::CPPTYPE_UINT64:
        return WriteWhole<std::uint64_t>(word, &Reflection::SetUInt64, &Reflection::AddUInt64);
      default:
        return Refuse(path_, "is of a type that has no words");
    }
  }

 private:
  bool list() const { return field_.is_repeated(); }

  absl::Status Wrong(absl::string_view word, absl::string_view right) const {
    return Refuse(path_, absl::StrCat("is \"", word, "\"; give ", right));
  }

  absl::Status WriteEnum(const std::string& word) {
    const EnumValueDescriptor* value = FindEnumWord(*field_.enum_type(), word);
    if (value == nullptr) return Wrong(word, absl::StrCat("one of ", EnumWords(*field_.enum_type())));
    list() ? reflection_.AddEnum(&message_, &field_, value) : reflection_.SetEnum(&message_, &field_, value);
    return absl::OkStatus();
  }

  absl::Status WriteReal(const std::string& word) {
    double value = 0;
    if (!absl::SimpleAtod(word, &value) || !std::isfinite(value)) return Wrong(word, "a number");
    list() ? reflection_.AddDouble(&message_, &field_, value)
           : reflection_.SetDouble(&message_, &field_, value);
    return absl::OkStatus();
  }

  template <typename Number>
  absl::Status WriteWhole(const std::string& word,
                          void (Reflection::*set)(Message*, const FieldDescriptor*, Number) const,
                          void (Reflection::*add)(Message*, const FieldDescriptor*, Number) const) {
    Number value = 0;
    if (!absl::SimpleAtoi(word, &value)) {
      return Wrong(word, absl::StrCat("a whole number from ", std::numeric_limits<Number>::min(), " to ",
                                      std::numeric_limits<Number>::max()));
    }
    (reflection_.*(list() ? add : set))(&message_, &field_, value);
    return absl::OkStatus();
  }

  Message& message_;
  const absl::string_view path_;
  const FieldDescriptor& field_;
  const Reflection& reflection_;
};

// A plain value, or item `index` of a list.
std::string ReadWord(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& from = *message.GetReflection();
  const bool list = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return list ? from.GetRepeatedString(message, &field, index) : from.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::AsciiStrToLower(
          (list ? from.GetRepeatedEnum(message, &field, index) : from.GetEnum(message, &field))->name());
    case FieldDescriptor::CPPTYPE_BOOL:
      return (list ? from.GetRepeatedBool(message, &field, index) : from.GetBool(message, &field)) ? "true"
                                                                                                   : "false";
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return RealWord(list ? from.GetRepeatedDouble(message, &field, index)
                           : from.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(list ? from.GetRepeatedInt32(message, &field, index)
                               : from.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(list ? from.GetRepeatedUInt32(message, &field, index)
                               : from.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(list ? from.GetRepeatedUInt64(message, &field, index)
                               : from.GetUInt64(message, &field));
    default:
      std::abort();  // FindField finds no such field
  }
}

bool HasWords(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_BOOL:
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> Parts(absl::string_view path) { return absl::StrSplit(path, '.'); }

}  // namespace

absl::StatusOr<const FieldDescriptor*> FindField(const Descriptor& type, absl::string_view path) {
  const Descriptor* at = &type;
  const std::vector<std::string> parts = Parts(path);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const FieldDescriptor* field = at->FindFieldByName(parts[i]);
    if (field == nullptr) {
      return Refuse(path, absl::StrCat("is no field: \"", parts[i], "\" is not one of ", FieldNames(*at)));
    }
    if (i + 1 == parts.size()) {
      if (HasWords(*field)) return field;
      return Refuse(path, "is not a single field; give the path of a value, such as student.state_dim");
    }
    if (field->message_type() == nullptr || field->is_repeated()) {
      return Refuse(path, absl::StrCat("is no field: \"", parts[i], "\" has no fields of its own"));
    }
    at = field->message_type();
  }
  std::abort();  // a split path has a part
}

bool IsNumber(const FieldDescriptor& field) {
  return !field.is_repeated() &&
         (IsWholeNumber(field) || field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE);
}

bool IsWholeNumber(const FieldDescriptor& field) {
  return !field.is_repeated() && (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ||
                                  field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64);
}

absl::Status SetField(Message& message, absl::string_view path, const std::vector<std::string>& words) {
  absl::StatusOr<const FieldDescriptor*> field = FindField(*message.GetDescriptor(), path);
  if (!field.ok()) return field.status();
  if (!(*field)->is_repeated() && words.size() != 1) {
    return Refuse(path, absl::StrCat("has ", words.size(), " values; give one"));
  }
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  Message* at = copy.get();
  const std::vector<std::string> parts = Parts(path);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    at = at->GetReflection()->MutableMessage(at, at->GetDescriptor()->FindFieldByName(parts[i]));
  }
  at->GetReflection()->ClearField(at, *field);
  Writer writer(*at, path, **field);
  for (const std::string& word : words) {
    if (absl::Status written = writer.Write(word); !written.ok()) return written;
  }
  message.GetReflection()->Swap(&message, copy.get());
  return absl::OkStatus();
}

std::vector<std::string> GetField(const Message& message, absl::string_view path) {
  const Message* at = &message;
  const std::vector<std::string> parts = Parts(path);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    at = &at->GetReflection()->GetMessage(*at, at->GetDescriptor()->FindFieldByName(parts[i]));
  }
  const FieldDescriptor& field = *at->GetDescriptor()->FindFieldByName(parts.back());
  if (!field.is_repeated()) return {ReadWord(*at, field, 0)};
  std::vector<std::string> words;
  for (int i = 0; i < at->GetReflection()->FieldSize(*at, &field); ++i)
    words.push_back(ReadWord(*at, field, i));
  return words;
}

}  // namespace rad
