// score-heads MODEL --examples FILE [--layers 0,5] [--logprob]: each head's worth on given examples.
#include "worker/ablation/score_heads.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "worker/ablation/all_heads.h"
#include "worker/model/model_file.h"
#include "worker/tools/examples_json.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

struct Arguments {
  std::string model, examples, dtype = "float32";
  std::vector<int> layers;
  bool logprob = false;
};

absl::StatusOr<std::vector<HeadId>> HeadsOfLayers(const ModelConfig& config, std::vector<int> layers) {
  if (layers.empty()) return AllHeads(config);
  std::vector<HeadId> heads;
  for (int layer : layers) {
    if (layer < 0 || layer >= config.layers) {
      return absl::InvalidArgumentError(absl::StrCat("--layers: the model has no layer ", layer, "; it has ",
                                                     config.layers, ", counted from 0"));
    }
    for (int head = 0; head < config.heads; ++head) heads.push_back({layer, head});
  }
  return heads;
}

nlohmann::ordered_json RunJson(const ProbeRun& run, bool logprob) {
  nlohmann::ordered_json json{{"correct", std::vector<int>(run.correct.begin(), run.correct.end())},
                              {"margin", run.margin}};
  if (logprob) json["answer_logprob"] = run.answer_logprob;
  return json;
}

absl::StatusOr<nlohmann::ordered_json> Score(const Arguments& arguments) {
  const auto examples = ReadExamples(arguments.examples);
  if (!examples.ok()) return examples.status();
  const auto file = OpenModelFile(arguments.model);
  if (!file.ok()) return file.status();
  const auto heads = HeadsOfLayers((*file)->config(), arguments.layers);
  if (!heads.ok()) return heads.status();
  const auto model = LoadTransformer(**file, arguments.dtype == "bf16" ? at::kBFloat16 : at::kFloat);
  if (!model.ok()) return model.status();
  const auto go_on = [](std::int64_t, std::int64_t) { return true; };
  const auto base = ScoreBase(*model, *examples, go_on);
  if (!base.ok()) return base.status();
  const auto ablated = ScoreHeads(*model, *examples, *heads, go_on);
  if (!ablated.ok()) return ablated.status();
  nlohmann::ordered_json json{{"base", RunJson(*base, arguments.logprob)},
                              {"heads", nlohmann::ordered_json::object()}};
  for (const auto& [id, run] : *ablated)
    json["heads"][absl::StrCat(id.layer, ".", id.head)] = RunJson(run, arguments.logprob);
  return json;
}

}  // namespace

int ScoreHeadsTool(int argc, char** argv) {
  CLI::App app{"What each head is worth: the examples answered with that head's output at zero"};
  Arguments arguments;
  app.add_option("MODEL", arguments.model, "a .gguf file or a Hugging Face folder")->required();
  app.add_option("--examples", arguments.examples,
                 "JSON file: {\"examples\": [{\"ids\", \"answer_len\"}, ...]}")
      ->required();
  app.add_option("--layers", arguments.layers, "only the heads of these layers, as 0,5")->delimiter(',');
  app.add_flag("--logprob", arguments.logprob, "also each answer's log-probability, in nats");
  app.add_option("--dtype", arguments.dtype, "float32 or bf16, of weights and arithmetic")
      ->check(CLI::IsMember({"float32", "bf16"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto scores = Score(arguments);
  if (!scores.ok()) return Fail(scores.status());
  std::cout << scores->dump() << "\n";
  return 0;
}

}  // namespace rad
