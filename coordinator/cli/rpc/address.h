// address.h: which coordinator to talk to.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace rad::cli {

inline constexpr char kDefaultAddress[] = "127.0.0.1:7070";

// The environment, so that tests bring their own; null where a variable is not set.
using Environment = std::function<const char*(const char* name)>;

// $XDG_CONFIG_HOME/rad/config.yaml, else ~/.config/rad/config.yaml; empty when neither is set.
std::filesystem::path ContextFile(const Environment& environment);

// The flag, else RAD_ADDR, else the current context's address in the context file, else the default:
//     current: lab
//     contexts:
//       lab: {address: "10.0.0.5:7070"}
// INVALID_ARGUMENT for a context file that is there and wrong.
absl::StatusOr<std::string> ResolveAddress(const std::string& flag, const Environment& environment);

}  // namespace rad::cli
