// protocol_version.h: which words coordinator and worker speak. They refuse each other when the numbers
// differ.
#pragma once

#include <cstdint>
#include <string_view>

namespace rad {

// Raised whenever an older peer would misread a message of worker.proto, plan.proto or artifact.proto.
inline constexpr std::uint32_t kProtocolVersion = 4;

// Of the programs, for people; the same as project(VERSION) in CMakeLists.txt.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace rad
