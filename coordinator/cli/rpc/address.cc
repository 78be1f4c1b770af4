#include "coordinator/cli/rpc/address.h"

#include <fstream>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "coordinator/cli/spec/yaml_tree.h"

namespace rad::cli {
namespace {

absl::StatusOr<std::string> Word(YamlNode& map, absl::string_view key, const std::string& remedy) {
  YamlNode* value = map.Find(key);
  if (!value || value->kind != YamlNode::Kind::kScalar) {
    return absl::InvalidArgumentError(
        absl::StrCat(map.position.ToString(), ": '", key, "' is missing; ", remedy));
  }
  return value->scalar;
}

absl::Status CheckKeys(const YamlNode& root) {
  for (const YamlNode::Entry& entry : root.entries) {
    if (entry.key != "current" && entry.key != "contexts") {
      return absl::InvalidArgumentError(absl::StrCat(entry.position.ToString(), ": unknown key '", entry.key,
                                                     "'; known are: current, contexts"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> CurrentAddress(YamlNode root) {
  if (auto keys = CheckKeys(root); !keys.ok()) return keys;
  auto current = Word(root, "current", "write current: NAME, one of the contexts");
  if (!current.ok()) return current;
  YamlNode* contexts = root.Find("contexts");
  YamlNode* context = contexts ? contexts->Find(*current) : nullptr;
  if (!context) {
    return absl::InvalidArgumentError(
        absl::StrCat(root.position.ToString(), ": there is no context '", *current, "' below contexts"));
  }
  return Word(*context, "address", "write address: HOST:PORT");
}

std::optional<std::string> Variable(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

std::filesystem::path ContextFile(const Environment& environment) {
  if (auto config = Variable(environment, "XDG_CONFIG_HOME"))
    return std::filesystem::path(*config) / "rad/config.yaml";
  if (auto home = Variable(environment, "HOME"))
    return std::filesystem::path(*home) / ".config/rad/config.yaml";
  return {};
}

absl::StatusOr<std::string> ResolveAddress(const std::string& flag, const Environment& environment) {
  if (!flag.empty()) return flag;
  if (auto address = Variable(environment, "RAD_ADDR")) return *address;
  const std::filesystem::path path = ContextFile(environment);
  std::ifstream file(path, std::ios::binary);
  if (path.empty() || !file) return kDefaultAddress;
  std::string text(kMaxYamlBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto root = ReadYaml(text, path.string());
  if (!root.ok()) return root.status();
  return CurrentAddress(*std::move(root));
}

}  // namespace rad::cli
