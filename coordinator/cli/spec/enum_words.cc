#include "coordinator/cli/spec/enum_words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace rad::cli {
namespace {

bool IsWritable(const google::protobuf::EnumValueDescriptor& value) {
  return !absl::EndsWith(value.name(), "_UNSPECIFIED");
}

}  // namespace

std::string EnumWord(const google::protobuf::EnumValueDescriptor& value) {
  std::string word = absl::AsciiStrToLower(value.name());
  if (value.type()->full_name() == "rad.v1.Job.Kind") word[0] = absl::ascii_toupper(word[0]);
  return word;
}

std::string EnumWord(const google::protobuf::EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  return value && IsWritable(*value) ? EnumWord(*value) : "";
}

std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (IsWritable(*type.value(i))) words.push_back(EnumWord(*type.value(i)));
  }
  return words;
}

const google::protobuf::EnumValueDescriptor* FindEnumWord(const google::protobuf::EnumDescriptor& type,
                                                          absl::string_view word) {
  for (int i = 0; i < type.value_count(); ++i) {
    const auto* value = type.value(i);
    if (IsWritable(*value) && absl::EqualsIgnoreCase(value->name(), word)) return value;
  }
  return nullptr;
}

}  // namespace rad::cli
