#include "coordinator/cli/spec/yaml_to_message.h"

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "coordinator/cli/spec/nearest.h"
#include "coordinator/cli/spec/yaml_to_scalar.h"

namespace rad::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Fill(const YamlNode& node, const std::string& path, Message& message);

absl::Status Refuse(const YamlPosition& position, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(position.ToString(), ": ", why));
}

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

absl::Status UnknownKey(const YamlNode::Entry& entry, const std::string& path, const Descriptor& type) {
  const std::vector<std::string> names = FieldNames(type);
  const std::string nearest = Nearest(entry.key, names);
  const std::string where = path.empty() ? "the document" : path;
  const std::string remedy = nearest.empty() ? absl::StrCat("known are: ", absl::StrJoin(names, ", "))
                                             : absl::StrCat("did you mean '", nearest, "'?");
  return Refuse(entry.position, absl::StrCat("unknown key '", entry.key, "' in ", where, "; ", remedy));
}

absl::Status FillStringMap(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                           Message& message) {
  if (node.kind == YamlNode::Kind::kNull) return absl::OkStatus();
  if (node.kind != YamlNode::Kind::kMap) {
    return Refuse(node.position, absl::StrCat(path, " must be a map of words, not ", KindName(node.kind)));
  }
  const Descriptor& entry_type = *field.message_type();
  for (const YamlNode::Entry& entry : node.entries) {
    Message* pair = message.GetReflection()->AddMessage(&message, &field);
    YamlNode key{.kind = YamlNode::Kind::kScalar, .scalar = entry.key, .position = entry.position};
    const std::string entry_path = absl::StrCat(path, ".", entry.key);
    if (auto set = SetScalar(key, entry_path, *entry_type.map_key(), *pair); !set.ok()) return set;
    if (auto set = SetScalar(entry.value, entry_path, *entry_type.map_value(), *pair); !set.ok()) return set;
  }
  return absl::OkStatus();
}

absl::Status FillList(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                      Message& message) {
  if (node.kind == YamlNode::Kind::kNull) return absl::OkStatus();
  if (node.kind != YamlNode::Kind::kList) {
    return Refuse(node.position, absl::StrCat(path, " must be a list, not ", KindName(node.kind)));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string item_path = absl::StrCat(path, "[", i, "]");
    const absl::Status set =
        field.message_type()
            ? Fill(node.items[i], item_path, *message.GetReflection()->AddMessage(&message, &field))
            : SetScalar(node.items[i], item_path, field, message);
    if (!set.ok()) return set;
  }
  return absl::OkStatus();
}

absl::Status FillField(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                       Message& message) {
  if (field.is_map()) return FillStringMap(node, path, field, message);
  if (field.is_repeated()) return FillList(node, path, field, message);
  if (field.message_type())
    return Fill(node, path, *message.GetReflection()->MutableMessage(&message, &field));
  return SetScalar(node, path, field, message);
}

absl::Status Fill(const YamlNode& node, const std::string& path, Message& message) {
  if (node.kind == YamlNode::Kind::kNull && !path.empty()) return absl::OkStatus();
  if (node.kind != YamlNode::Kind::kMap) {
    return Refuse(node.position, absl::StrCat(path.empty() ? "the document" : path, " must be a map of ",
                                              absl::StrJoin(FieldNames(*message.GetDescriptor()), ", "),
                                              ", not ", KindName(node.kind)));
  }
  for (const YamlNode::Entry& entry : node.entries) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(entry.key);
    if (!field) return UnknownKey(entry, path, *message.GetDescriptor());
    const std::string field_path = path.empty() ? entry.key : absl::StrCat(path, ".", entry.key);
    if (auto set = FillField(entry.value, field_path, *field, message); !set.ok()) return set;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FillMessage(const YamlNode& node, Message& message) { return Fill(node, "", message); }

}  // namespace rad::cli
