// Every reference case, run as `rad-worker selftest --cases` does: a part of them from tests/data, all of
// them where RAD_ORACLE leads to the whole files.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "worker/tools/selftest/builtin_cases.h"
#include "worker/tools/selftest/case_file.h"
#include "worker/tools/selftest/kinds.h"

namespace rad {
namespace {

struct CaseFile {
  const char* folder;  // below tests/data
  const char* name;
  std::set<std::string> quantities;  // at least these must have been checked
};

void ExpectAllOk(const std::vector<SelftestCase>& cases, const std::set<std::string>& quantities) {
  std::set<std::string> seen;
  for (const SelftestCase& test : cases) {
    const auto checks = RunCase(test);
    ASSERT_TRUE(checks.ok()) << checks.status();
    EXPECT_FALSE(checks->empty()) << test.name;
    for (const Check& check : *checks) {
      seen.insert(check.quantity);
      EXPECT_TRUE(check.ok()) << check.case_name << " " << check.quantity << ": " << check.rel_error << " > "
                              << check.tolerance;
    }
  }
  for (const std::string& quantity : quantities)
    EXPECT_TRUE(seen.contains(quantity)) << quantity << " not checked";
}

class ReferenceCasesTest : public testing::TestWithParam<CaseFile> {
 protected:
  // The whole file where there is one.
  static std::filesystem::path Path() {
    if (const char* oracle = std::getenv("RAD_ORACLE")) {
      const std::filesystem::path whole = std::filesystem::path(oracle) / GetParam().name;
      if (std::filesystem::exists(whole)) return whole;
    }
    return std::filesystem::path(std::getenv("RAD_TEST_DATA")) / GetParam().folder / GetParam().name;
  }
};

TEST_P(ReferenceCasesTest, Agree) {
  const auto cases = ReadCaseFile(Path());
  ASSERT_TRUE(cases.ok()) << cases.status();
  ExpectAllOk(*cases, GetParam().quantities);
}

INSTANTIATE_TEST_SUITE_P(
    Files, ReferenceCasesTest,
    testing::Values(CaseFile{"selftest",
                             "ssd_cases.safetensors",
                             {"y", "y_step", "final_state", "final_state_step", "grad_x", "grad_B", "grad_C",
                              "grad_log_a", "grad_D", "grad_init_state"}},
                    CaseFile{"selftest",
                             "discrete_mamba2_layer.safetensors",
                             {"output", "output_step", "output_parts", "mixer_matrix", "ssm_state_mid",
                              "ssm_state_final_step", "conv_state_mid", "conv_state_final_step", "grad.u",
                              "grad.in_proj.weight", "grad.in_proj.bias", "grad.conv1d.weight", "grad.z_bias",
                              "grad.D", "grad.out_proj.weight"}},
                    CaseFile{
                        "selftest", "kd_loss_cases.safetensors", {"loss", "loss_per_token", "grad_student"}},
                    CaseFile{"kernels", "dequant_cases.safetensors", {"f32"}}),
    [](const auto& info) { return std::filesystem::path(info.param.name).stem().string(); });

TEST(BuiltinCasesTest, Agree) {
  ExpectAllOk(BuiltinCases(1), {"y", "grad_log_a", "output_step", "grad_student"});
}

TEST(RunCaseTest, SeesAWrongValue) {
  std::vector<SelftestCase> cases = BuiltinCases(1);
  cases[0].tensors.at("y").mul_(1 + 1e-4);
  const auto checks = RunCase(cases[0]);
  ASSERT_TRUE(checks.ok());
  EXPECT_FALSE(checks->at(0).ok());
  EXPECT_NEAR(checks->at(0).rel_error, 1e-4, 1e-5);
}

TEST(RunCaseTest, SaysWhatACaseLacks) {
  SelftestCase test = BuiltinCases(1)[0];
  test.tensors.erase("C");
  EXPECT_EQ(RunCase(test).status().message(), "case builtin_ssd lacks the tensor C");
  test.tensors.erase("log_a");
  EXPECT_EQ(RunCase(test).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RunCaseTest, RefusesShapesThatDoNotFit) {
  SelftestCase test = BuiltinCases(1)[0];
  test.tensors["B"] = at::zeros({2, 5, 3, 8}, at::kDouble);
  EXPECT_EQ(RunCase(test).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rad
