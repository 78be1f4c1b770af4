#include "coordinator/cli/spec/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace rad::cli {
namespace {

// Leaves yaml-cpp's parser; never crosses ReadYaml.
struct Refusal {
  YAML::Mark mark;
  std::string why;
};

// Whether `rest` begins with a quote that nothing closes. yaml-cpp lets the end of the text close it.
bool IsUnclosedQuote(absl::string_view rest) {
  const bool is_double = absl::StartsWith(rest, "\"");
  if (!is_double && !absl::StartsWith(rest, "'")) return false;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    const bool escapes = is_double ? rest[i] == '\\' : absl::StartsWith(rest.substr(i), "''");
    if (escapes) {
      ++i;
    } else if (rest[i] == rest[0]) {
      return false;
    }
  }
  return true;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  // `text` is what the parser reads; its marks count bytes after a byte order mark.
  TreeBuilder(std::shared_ptr<const std::string> source, absl::string_view text)
      : source_(std::move(source)), text_(absl::StripPrefix(text, "\xef\xbb\xbf")) {}

  YamlNode Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Add(mark, YamlNode{});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{mark, "aliases (*name) are not supported; write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    RefuseBadStart(mark);
    const bool quoted = tag == "!";
    if (open_.empty() || !NeedsKey(open_.back())) {
      const bool null = !quoted && (value.empty() || value == "~" || value == "null");
      Add(mark,
          null ? YamlNode{} : YamlNode{.kind = YamlNode::Kind::kScalar, .scalar = value, .quoted = quoted});
      return;
    }
    AddKey(mark, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  struct OpenNode {
    YamlNode node;
    std::unordered_set<std::string> keys;
    bool key_pending = false;  // the last entry of a map has its key and waits for its value
  };

  YamlPosition At(const YAML::Mark& mark) const { return {source_, mark.line + 1, mark.column + 1}; }

  static bool NeedsKey(const OpenNode& open) {
    return open.node.kind == YamlNode::Kind::kMap && !open.key_pending;
  }

  static void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) throw Refusal{mark, "anchors (&name) are not supported"};
  }

  // "?" and "!" are yaml-cpp's own marks for plain and quoted values.
  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refusal{mark, absl::StrCat("tags (", tag, ") are not supported")};
    }
  }

  // What the parser's report of a scalar hides: a tag written like its own marks, and a missing quote.
  void RefuseBadStart(const YAML::Mark& mark) const {
    const absl::string_view rest = text_.substr(mark.pos);
    if (absl::StartsWith(rest, "!")) throw Refusal{mark, "tags (!) are not supported"};
    if (IsUnclosedQuote(rest)) {
      throw Refusal{mark, absl::StrCat("the quote ", rest.substr(0, 1), " is never closed")};
    }
  }

  void AddKey(const YAML::Mark& mark, const std::string& key) {
    OpenNode& map = open_.back();
    if (!map.keys.insert(key).second) throw Refusal{mark, absl::StrCat("key '", key, "' is written twice")};
    map.node.entries.push_back({key, At(mark), YamlNode{}});
    map.key_pending = true;
  }

  void Add(const YAML::Mark& mark, YamlNode node) {
    if (++values_ > kMaxYamlValues) {
      throw Refusal{mark, absl::StrCat("more than ", kMaxYamlValues, " values")};
    }
    node.position = At(mark);
    Place(mark, std::move(node));
  }

  void Place(const YAML::Mark& mark, YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    OpenNode& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kList) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    if (NeedsKey(parent)) throw Refusal{mark, "a key must be a plain word"};
    parent.node.entries.back().value = std::move(node);
    parent.key_pending = false;
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (!open_.empty() && NeedsKey(open_.back())) throw Refusal{mark, "a key must be a plain word"};
    if (open_.size() >= kMaxYamlDepth) {
      throw Refusal{mark, absl::StrCat("nested deeper than ", kMaxYamlDepth, " levels")};
    }
    open_.push_back({YamlNode{.kind = kind, .position = At(mark)}, {}, false});
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    const YAML::Mark mark;
    Place(mark, std::move(node));
  }

  std::shared_ptr<const std::string> source_;
  absl::string_view text_;
  YamlNode root_;
  std::vector<OpenNode> open_;
  std::size_t values_ = 0;
};

absl::Status Invalid(const YamlPosition& position, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(position.ToString(), ": ", why));
}

// Text that yaml-cpp would take for something else: it ends silently at a NUL, and reads UTF-16 and UTF-32.
std::optional<std::string> UnreadableText(absl::string_view text) {
  if (text.size() > kMaxYamlBytes) {
    return absl::StrCat(text.size(), " bytes, more than ", kMaxYamlBytes, "; is this the right file?");
  }
  if (absl::StrContains(text, '\0') || absl::StartsWith(text, "\xff\xfe") ||
      absl::StartsWith(text, "\xfe\xff") || absl::StrContains(text, '\x04')) {
    return "not a UTF-8 text file";
  }
  return std::nullopt;
}

}  // namespace

std::string YamlPosition::ToString() const {
  return line == 0 ? *source : absl::StrCat(*source, ":", line, ":", column);
}

YamlNode* YamlNode::Find(absl::string_view key) {
  auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

const char* KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  return "?";
}

absl::StatusOr<YamlNode> ReadYaml(absl::string_view text, absl::string_view source) {
  const auto name = std::make_shared<const std::string>(source);
  if (auto why = UnreadableText(text)) return Invalid({name}, *why);
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(name, text);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      YamlNode empty;
      empty.position = {name};
      return empty;
    }
    TreeBuilder second(name, text);
    if (parser.HandleNextDocument(second)) return Invalid({name}, "more than one YAML document (---)");
  } catch (const Refusal& refusal) {
    return Invalid({name, refusal.mark.line + 1, refusal.mark.column + 1}, refusal.why);
  } catch (const YAML::Exception& error) {
    return Invalid({name, error.mark.line + 1, error.mark.column + 1}, error.msg);
  }
  YamlNode root = builder.Take();
  if (!root.position.source) root.position = {name};
  return root;
}

}  // namespace rad::cli
