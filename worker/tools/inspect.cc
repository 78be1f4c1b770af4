// inspect MODEL [-o json]: what a model file holds.
#include "worker/model/inspect.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "worker/model/model_file.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

using Json = nlohmann::ordered_json;

Json ScalingJson(const ModelConfig& config) {
  if (!config.rope_scaling) return nullptr;
  const RopeScaling& scaling = *config.rope_scaling;
  return {{"factor", scaling.factor},
          {"low_freq_factor", scaling.low_freq_factor},
          {"high_freq_factor", scaling.high_freq_factor},
          {"original_context", scaling.original_context}};
}

Json InfoJson(const ModelInfo& info) {
  const ModelConfig& c = info.config;
  return {{"architecture", c.architecture},
          {"layers", c.layers},
          {"hidden", c.hidden},
          {"heads", c.heads},
          {"kv_heads", c.kv_heads},
          {"head_dim", c.head_dim},
          {"mlp", c.mlp},
          {"vocab", c.vocab},
          {"context", c.context},
          {"rms_eps", c.rms_eps},
          {"rope_base", c.rope_base},
          {"rope_scaling", ScalingJson(c)},
          {"rope_factors", c.rope_factors},
          {"qkv_bias", c.qkv_bias},
          {"tied_embeddings", c.tied_embeddings},
          {"parameters", info.parameters},
          {"digest", info.digest}};
}

absl::StatusOr<Json> TensorsJson(const ModelFile& file) {
  Json tensors = Json::array();
  for (const std::string& name : file.TensorNames()) {
    auto type = file.TypeName(name);
    if (!type.ok()) return type.status();
    auto shape = file.Shape(name);
    if (!shape.ok()) return shape.status();
    tensors.push_back({{"name", name}, {"type", *type}, {"shape", *shape}});
  }
  return tensors;
}

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

absl::StatusOr<Json> Inspect(const std::string& model) {
  auto info = InspectModel(model);
  if (!info.ok()) return info.status();
  auto file = OpenModelFile(model);
  if (!file.ok()) return file.status();
  auto tensors = TensorsJson(**file);
  if (!tensors.ok()) return tensors.status();
  Json json = InfoJson(*info);
  json["tensors"] = *std::move(tensors);
  return json;
}

}  // namespace

int InspectTool(int argc, char** argv) {
  CLI::App app{"What a model file holds: its configuration, digest and tensors"};
  std::string model, output = "text";
  app.add_option("MODEL", model, "a .gguf file, or a Hugging Face folder")->required();
  app.add_option("-o,--output", output, "text or json")->check(CLI::IsMember({"text", "json"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  auto info = Inspect(model);
  if (!info.ok()) return Fail(info.status());
  if (output == "json") {
    std::cout << info->dump() << "\n";
  } else {
    PrintForPeople(*info);
  }
  return 0;
}

}  // namespace rad
