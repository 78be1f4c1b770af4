#include "coordinator/cli/spec/sweep_spec.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "coordinator/cli/spec/absolute_paths.h"
#include "coordinator/cli/spec/yaml_to_message.h"
#include "proto/field_path.h"

namespace rad::cli {
namespace {

absl::Status Refuse(const YamlPosition& position, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(position.ToString(), ": ", why));
}

YamlNode MapOf(std::string key, YamlNode value, const YamlPosition& position) {
  YamlNode map{.kind = YamlNode::Kind::kMap, .position = position};
  map.entries.push_back({std::move(key), position, std::move(value)});
  return map;
}

YamlNode TakeEntry(YamlNode& map, absl::string_view key) {
  const auto found = std::find_if(map.entries.begin(), map.entries.end(),
                                  [&](const YamlNode::Entry& entry) { return entry.key == key; });
  if (found == map.entries.end()) return {};
  YamlNode value = std::move(found->value);
  map.entries.erase(found);
  return value;
}

// Reads the values of spec.parameters.
class Parameters {
 public:
  explicit Parameters(const std::filesystem::path& folder) : folder_(folder) {}

  absl::Status Read(const YamlNode& node, v1::SweepSpec& spec) const {
    switch (node.kind) {
      case YamlNode::Kind::kNull:
        return absl::OkStatus();
      case YamlNode::Kind::kMap:
        return ReadAxes(node, spec);
      case YamlNode::Kind::kList:
        return ReadPoints(node, spec);
      default:
        return Refuse(node.position, "spec.parameters must be a map of fields or a list of points");
    }
  }

 private:
  absl::Status ReadAxes(const YamlNode& node, v1::SweepSpec& spec) const {
    for (const YamlNode::Entry& entry : node.entries) {
      v1::SweepAxis& axis = *spec.add_axes();
      axis.set_path(entry.key);
      if (entry.value.kind == YamlNode::Kind::kMap) {
        if (auto read = ReadRange(entry, *axis.mutable_range()); !read.ok()) return read;
        continue;
      }
      if (entry.value.kind != YamlNode::Kind::kList) {
        return Refuse(entry.value.position,
                      absl::StrCat(entry.key, " must be a list of values, or {min, max, scale}"));
      }
      for (const YamlNode& item : entry.value.items) {
        auto words = Words(entry.key, item, entry.position);
        if (!words.ok()) return words.status();
        auto& value = *axis.add_values();
        for (std::string& word : *words) value.add_words(std::move(word));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadPoints(const YamlNode& node, v1::SweepSpec& spec) const {
    for (const YamlNode& item : node.items) {
      if (item.kind != YamlNode::Kind::kMap)
        return Refuse(item.position, "a point must be a map of fields, such as {student.head_budget: 5}");
      v1::FieldSettings& point = *spec.add_points();
      for (const YamlNode::Entry& entry : item.entries) {
        auto words = Words(entry.key, entry.value, entry.position);
        if (!words.ok()) return words.status();
        v1::FieldSetting& setting = *point.add_settings();
        setting.set_path(entry.key);
        for (std::string& word : *words) setting.add_words(std::move(word));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadRange(const YamlNode::Entry& entry, v1::ValueRange& range) const {
    YamlNode rest = entry.value;
    auto min = End(entry, TakeEntry(rest, "min")), max = End(entry, TakeEntry(rest, "max"));
    if (!min.ok()) return min.status();
    if (!max.ok()) return max.status();
    if (auto filled = FillMessage(rest, range); !filled.ok()) return filled;
    range.set_min(*min);
    range.set_max(*max);
    return absl::OkStatus();
  }

  // "200k" is read as the field reads it.
  absl::StatusOr<double> End(const YamlNode::Entry& entry, const YamlNode& node) const {
    if (node.kind == YamlNode::Kind::kNull)
      return Refuse(entry.value.position, absl::StrCat(entry.key, " needs min and max, or a list of values"));
    auto words = Words(entry.key, node, entry.position);
    if (!words.ok()) return words.status();
    double value = 0;
    if (words->size() == 1 && absl::SimpleAtod(words->front(), &value)) return value;
    return Refuse(node.position, absl::StrCat(entry.key, " is no number and has no range"));
  }

  absl::StatusOr<std::vector<std::string>> Words(const std::string& path, const YamlNode& value,
                                                 const YamlPosition& position) const {
    std::vector<std::string> parts = absl::StrSplit(path, '.');
    if (parts.size() >= kMaxYamlDepth) return Refuse(position, "the path is too long");
    YamlNode tree = value;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
      tree = MapOf(*part, std::move(tree), position);
    v1::JobSpec spec;
    if (auto filled = FillMessage(tree, spec); !filled.ok()) return filled;
    if (auto field = FindField(*v1::JobSpec::descriptor(), path); !field.ok())
      return Refuse(position, field.status().message());
    MakePathsAbsolute(folder_, spec);
    return GetField(spec, path);
  }

  const std::filesystem::path& folder_;
};

}  // namespace

absl::StatusOr<v1::Sweep> SweepOf(YamlNode root, const std::filesystem::path& folder) {
  YamlNode parameters;
  if (YamlNode* spec = root.Find("spec"); spec != nullptr && spec->kind == YamlNode::Kind::kMap)
    parameters = TakeEntry(*spec, "parameters");
  v1::Sweep sweep;
  if (auto filled = FillMessage(root, sweep); !filled.ok()) return filled;
  if (auto read = Parameters(folder).Read(parameters, *sweep.mutable_spec()); !read.ok()) return read;
  if (sweep.spec().has_template_()) MakePathsAbsolute(folder, *sweep.mutable_spec()->mutable_template_());
  return sweep;
}

}  // namespace rad::cli
