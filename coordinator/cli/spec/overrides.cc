#include "coordinator/cli/spec/overrides.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace rad::cli {
namespace {

absl::Status Refuse(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("--set ", text, ": ", why));
}

bool IsFromTheTop(absl::string_view key) { return key == "kind" || key == "metadata" || key == "spec"; }

// The item `key` of a list; null when it is not a number up to the list's length.
YamlNode* ListItem(YamlNode& list, absl::string_view key) {
  std::size_t index = 0;
  if (!absl::SimpleAtoi(key, &index) || index > list.items.size()) return nullptr;
  if (index == list.items.size()) list.items.emplace_back();
  return &list.items[index];
}

YamlNode* MapValue(YamlNode& map, absl::string_view key, const YamlPosition& position) {
  if (YamlNode* found = map.Find(key)) return found;
  map.entries.push_back({std::string(key), position, YamlNode{.position = position}});
  return &map.entries.back().value;
}

YamlNode* Step(YamlNode& node, absl::string_view key, const YamlPosition& position) {
  if (node.kind == YamlNode::Kind::kNull) node = YamlNode{.kind = YamlNode::Kind::kMap, .position = position};
  if (node.kind == YamlNode::Kind::kList) return ListItem(node, key);
  return node.kind == YamlNode::Kind::kMap ? MapValue(node, key, position) : nullptr;
}

}  // namespace

absl::Status ApplyOverride(absl::string_view override_text, YamlNode& root) {
  const std::size_t equals = override_text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return Refuse(override_text, "expected path=value, like student.head_budget=10");
  }
  std::vector<std::string> path = absl::StrSplit(override_text.substr(0, equals), '.');
  if (path.size() >= kMaxYamlDepth) return Refuse(override_text, "the path is too long");
  if (!IsFromTheTop(path.front())) path.insert(path.begin(), "spec");
  const std::string source = absl::StrCat("--set ", override_text.substr(0, equals));
  auto value = ReadYaml(override_text.substr(equals + 1), source);
  if (!value.ok()) return value.status();
  value->position.line = 0;
  YamlNode* node = &root;
  for (const std::string& key : path) {
    if (key.empty()) return Refuse(override_text, "a part of the path is empty");
    node = Step(*node, key, value->position);
    if (!node) return Refuse(override_text, absl::StrCat("'", key, "' leads nowhere in the document"));
  }
  *node = *std::move(value);
  return absl::OkStatus();
}

}  // namespace rad::cli
