// probe MODEL [--pairs 10] [--examples 24] [--seed 1]: the questions that heads are ranked on, as score-heads
// reads them.
#include "worker/ablation/probe.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "worker/tools/examples_json.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

const std::map<std::string, ProbeTemplate> kTemplates = {{"qa", ProbeTemplate::kQa},
                                                         {"paper", ProbeTemplate::kPaper}};

absl::StatusOr<nlohmann::json> MakeExamples(const std::string& model, const ProbeSpec& spec, int count) {
  const auto tokenizer = OpenTokenizer(model);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto examples = MakeProbe(spec, **tokenizer, 0, count);
  if (!examples.ok()) return examples.status();
  return ExamplesJson(*examples);
}

}  // namespace

int ProbeTool(int argc, char** argv) {
  CLI::App app{"Probe examples in a model's tokens: {\"examples\": [{\"ids\", \"answer_len\"}, ...]}"};
  std::string model;
  ProbeSpec spec{.seed = 1};
  int count = 24;
  app.add_option("MODEL", model, "a .gguf file or a Hugging Face folder")->required();
  app.add_option("--template", spec.prompt, "qa or paper")
      ->transform(CLI::CheckedTransformer(kTemplates, CLI::ignore_case));
  app.add_option("--pairs", spec.pairs, "key-value pairs of an example");
  app.add_option("--examples", count, "how many")->check(CLI::Range(1, 1'000'000));
  app.add_option("--seed", spec.seed, "of the draw");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto examples = MakeExamples(model, spec, count);
  if (!examples.ok()) return Fail(examples.status());
  std::cout << examples->dump() << "\n";
  return 0;
}

}  // namespace rad
