#include "coordinator/cli/spec/yaml_to_scalar.h"

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "coordinator/cli/spec/enum_words.h"
#include "coordinator/cli/spec/nearest.h"
#include "coordinator/cli/spec/number_text.h"
#include "coordinator/cli/spec/utf8.h"

namespace rad::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::size_t kShownBytes = 60;  // of a wrong value, in its error

class ScalarField {
 public:
  ScalarField(const YamlNode& node, const std::string& path, const FieldDescriptor& field, Message& message)
      : node_(node), path_(path), field_(field), message_(message), reflection_(*message.GetReflection()) {}

  absl::Status Set() {
    if (node_.kind == YamlNode::Kind::kNull) {
      return Refuse("has no value; write one, or leave the key out for its default");
    }
    if (node_.kind != YamlNode::Kind::kScalar) {
      return Refuse(absl::StrCat("must be ", Expected(), ", not ", KindName(node_.kind)));
    }
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return SetString();
      case FieldDescriptor::CPPTYPE_ENUM:
        return SetEnum();
      case FieldDescriptor::CPPTYPE_BOOL:
        return SetBool();
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return SetDouble();
      case FieldDescriptor::CPPTYPE_INT32:
        return SetInt32();
      case FieldDescriptor::CPPTYPE_UINT32:
        return SetUInt32();
      case FieldDescriptor::CPPTYPE_UINT64:
        return SetUInt64();
      default:
        return Refuse("is of a type that cannot be written in YAML");
    }
  }

 private:
  absl::Status Refuse(absl::string_view why) const {
    return absl::InvalidArgumentError(absl::StrCat(node_.position.ToString(), ": ", path_, " ", why));
  }

  std::string Expected() const {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return "text";
      case FieldDescriptor::CPPTYPE_ENUM:
        return absl::StrCat("one of ", absl::StrJoin(EnumWords(*field_.enum_type()), ", "));
      case FieldDescriptor::CPPTYPE_BOOL:
        return "true or false";
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return "a number, like 0.5 or 1e-3";
      case FieldDescriptor::CPPTYPE_INT32:
        return "a whole number, like 50 or -50";
      default:
        return "a whole number from 0, like 128, 200k or 2M";
    }
  }

  absl::Status WrongValue() const {
    std::string shown = node_.scalar.substr(0, kShownBytes);
    if (shown.size() < node_.scalar.size()) shown += "...";
    return Refuse(
        absl::StrCat("must be ", Expected(), ", not ", node_.quoted ? "the text " : "", "'", shown, "'"));
  }

  absl::Status SetString() {
    if (!IsUtf8(node_.scalar)) return Refuse("is not UTF-8 text");
    field_.is_repeated() ? reflection_.AddString(&message_, &field_, node_.scalar)
                         : reflection_.SetString(&message_, &field_, node_.scalar);
    return absl::OkStatus();
  }

  absl::Status SetEnum() {
    const auto* value = FindEnumWord(*field_.enum_type(), node_.scalar);
    if (!value) {
      const std::string nearest = Nearest(node_.scalar, EnumWords(*field_.enum_type()));
      const absl::Status wrong = WrongValue();
      if (nearest.empty()) return wrong;
      return absl::InvalidArgumentError(absl::StrCat(wrong.message(), "; did you mean '", nearest, "'?"));
    }
    field_.is_repeated() ? reflection_.AddEnum(&message_, &field_, value)
                         : reflection_.SetEnum(&message_, &field_, value);
    return absl::OkStatus();
  }

  absl::Status SetBool() {
    const bool yes = node_.scalar == "true";
    if (node_.quoted || (!yes && node_.scalar != "false")) return WrongValue();
    field_.is_repeated() ? reflection_.AddBool(&message_, &field_, yes)
                         : reflection_.SetBool(&message_, &field_, yes);
    return absl::OkStatus();
  }

  absl::Status SetDouble() {
    const auto value = node_.quoted ? std::nullopt : ParseReal(node_.scalar);
    if (!value) return WrongValue();
    field_.is_repeated() ? reflection_.AddDouble(&message_, &field_, *value)
                         : reflection_.SetDouble(&message_, &field_, *value);
    return absl::OkStatus();
  }

  absl::Status SetInt32() {
    std::int32_t value = 0;
    if (node_.quoted || !absl::SimpleAtoi(node_.scalar, &value)) return WrongValue();
    field_.is_repeated() ? reflection_.AddInt32(&message_, &field_, value)
                         : reflection_.SetInt32(&message_, &field_, value);
    return absl::OkStatus();
  }

  absl::Status SetUInt32() {
    const auto value = node_.quoted ? std::nullopt : ParseCount(node_.scalar);
    if (!value) return WrongValue();
    constexpr auto kMax = std::numeric_limits<std::uint32_t>::max();
    if (*value > kMax) return Refuse(absl::StrCat("is at most ", kMax, ", not ", node_.scalar));
    field_.is_repeated() ? reflection_.AddUInt32(&message_, &field_, *value)
                         : reflection_.SetUInt32(&message_, &field_, *value);
    return absl::OkStatus();
  }

  absl::Status SetUInt64() {
    const auto value = node_.quoted ? std::nullopt : ParseCount(node_.scalar);
    if (!value) return WrongValue();
    field_.is_repeated() ? reflection_.AddUInt64(&message_, &field_, *value)
                         : reflection_.SetUInt64(&message_, &field_, *value);
    return absl::OkStatus();
  }

  const YamlNode& node_;
  const std::string& path_;
  const FieldDescriptor& field_;
  Message& message_;
  const Reflection& reflection_;
};

}  // namespace

absl::Status SetScalar(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                       Message& message) {
  return ScalarField(node, path, field, message).Set();
}

}  // namespace rad::cli
