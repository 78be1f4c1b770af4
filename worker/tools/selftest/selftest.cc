// selftest [--cases FILE.safetensors]: compares what this machine computes with reference values, a JSON line
// per case and quantity.
#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "worker/tools/exit_code.h"
#include "worker/tools/selftest/builtin_cases.h"
#include "worker/tools/selftest/case_file.h"
#include "worker/tools/selftest/kinds.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

void Print(const Check& check) {
  nlohmann::ordered_json line{{"case", check.case_name},
                              {"quantity", check.quantity},
                              {"rel_error", check.rel_error},  // null when not finite
                              {"tolerance", check.tolerance},
                              {"ok", check.ok()}};
  if (check.absolute) line["absolute"] = true;
  std::cout << line.dump() << "\n";
}

// The number of checks that failed.
absl::StatusOr<int> RunAll(const std::vector<SelftestCase>& cases) {
  int failed = 0;
  for (const SelftestCase& test : cases) {
    const auto checks = RunCase(test);
    if (!checks.ok()) return checks.status();
    for (const Check& check : *checks) {
      Print(check);
      if (!check.ok()) ++failed;
    }
  }
  return failed;
}

}  // namespace

int SelftestTool(int argc, char** argv) {
  CLI::App app{"Compares what this machine computes with reference values"};
  std::string cases_path;
  app.add_option("--cases", cases_path, "a safetensors file of cases; without it, built-in ones");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  constexpr std::uint64_t kSeed = 1;
  const absl::StatusOr<std::vector<SelftestCase>> cases =
      cases_path.empty() ? BuiltinCases(kSeed) : ReadCaseFile(cases_path);
  if (!cases.ok()) return Fail(cases.status());
  const auto failed = RunAll(*cases);
  if (!failed.ok()) return Fail(failed.status());
  if (*failed > 0) std::cerr << "error: " << *failed << " quantities differ from their references\n";
  return *failed > 0 ? 1 : 0;
}

}  // namespace rad
