// yaml_tree.h: a YAML document as a small tree that remembers where each value was written.
// Reads hostile text safely: size, depth and number of values are bounded, anchors and aliases are refused
// (a few of them expand to gigabytes), and so are tags, duplicate keys, quotes that nothing closes and a
// second document.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rad::cli {

inline constexpr std::size_t kMaxYamlBytes = 256 * 1024;  // a job of every field, many times over
inline constexpr int kMaxYamlDepth = 16;                  // a job uses 5
inline constexpr std::size_t kMaxYamlValues = 20'000;

struct YamlPosition {
  std::shared_ptr<const std::string> source;  // a file's name, "-" or "--set ..."
  int line = 0;                               // from 1; 0: the source has no lines
  int column = 0;

  std::string ToString() const;  // "job.yaml:3:5"
};

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  std::string scalar;
  bool quoted = false;  // 'x' or "x": always a string
  std::vector<YamlNode> items;
  std::vector<Entry> entries;  // in the order written
  YamlPosition position;

  YamlNode* Find(absl::string_view key);
};

struct YamlNode::Entry {
  std::string key;
  YamlPosition position;  // of the key
  YamlNode value;
};

const char* KindName(YamlNode::Kind kind);

// INVALID_ARGUMENT "<source>:<line>:<column>: what is wrong". An empty document is a null node.
absl::StatusOr<YamlNode> ReadYaml(absl::string_view text, absl::string_view source);

}  // namespace rad::cli
