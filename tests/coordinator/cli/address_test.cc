#include "coordinator/cli/rpc/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace rad::cli {
namespace {

using testing::HasSubstr;

class AddressTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "rad");
    variables_["XDG_CONFIG_HOME"] = folder_.string();
  }
  void WriteContexts(const std::string& text) { std::ofstream(folder_ / "rad/config.yaml") << text; }
  absl::StatusOr<std::string> Resolve(const std::string& flag) {
    return ResolveAddress(flag, [this](const char* name) -> const char* {
      auto found = variables_.find(name);
      return found == variables_.end() ? nullptr : found->second.c_str();
    });
  }

  std::filesystem::path folder_;
  std::map<std::string, std::string> variables_;
};

TEST_F(AddressTest, FlagThenEnvironmentThenContextThenDefault) {
  EXPECT_EQ(*Resolve(""), "127.0.0.1:7070");
  WriteContexts("current: lab\ncontexts:\n  lab: {address: 'lab:1'}\n  home: {address: 'home:2'}\n");
  EXPECT_EQ(*Resolve(""), "lab:1");
  variables_["RAD_ADDR"] = "env:3";
  EXPECT_EQ(*Resolve(""), "env:3");
  EXPECT_EQ(*Resolve("flag:4"), "flag:4");
}

TEST_F(AddressTest, HomeIsUsedWithoutXdg) {
  variables_.clear();
  variables_["HOME"] = "/home/me";
  EXPECT_EQ(ContextFile([&](const char* name) { return name == std::string("HOME") ? "/home/me" : nullptr; }),
            "/home/me/.config/rad/config.yaml");
}

TEST_F(AddressTest, AWrongContextFileIsAnErrorNotTheDefault) {
  WriteContexts("current: lab\ncontexts: {home: {address: 'home:2'}}\n");
  EXPECT_THAT(std::string(Resolve("").status().message()), HasSubstr("there is no context 'lab'"));
  WriteContexts("curent: lab\n");
  EXPECT_THAT(std::string(Resolve("").status().message()), HasSubstr("unknown key 'curent'"));
  WriteContexts("contexts: {lab: {}}\ncurrent: lab\n");
  EXPECT_THAT(std::string(Resolve("").status().message()), HasSubstr("'address' is missing"));
  WriteContexts("[");
  EXPECT_EQ(Resolve("").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rad::cli
