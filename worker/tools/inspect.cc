// inspect MODEL [-o json]: what a model file, or an exported student, holds.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "worker/tools/exit_code.h"
#include "worker/tools/inspect_json.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

using Json = nlohmann::ordered_json;

void PrintForPeople(const Json& info) {
  for (const auto& [key, value] : info.items()) {
    if (key != "tensors")
      std::cout << key << ": " << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
  }
  std::cout << "tensors:\n";
  for (const Json& tensor : info["tensors"]) {
    std::cout << "  " << tensor["name"].get<std::string>() << " " << tensor["type"].get<std::string>() << " "
              << tensor["shape"].dump() << "\n";
  }
}

}  // namespace

int InspectTool(int argc, char** argv) {
  CLI::App app{"What a model file holds: its configuration, digest and tensors"};
  std::string model, output = "text";
  app.add_option("MODEL", model, "a .gguf file, a Hugging Face folder or an exported student")->required();
  app.add_option("-o,--output", output, "text or json")->check(CLI::IsMember({"text", "json"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  auto info = InspectJson(model);
  if (!info.ok()) return Fail(info.status());
  if (output == "json") {
    std::cout << info->dump() << "\n";
  } else {
    PrintForPeople(*info);
  }
  return 0;
}

}  // namespace rad
