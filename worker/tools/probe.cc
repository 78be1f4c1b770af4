// probe MODEL [--task needle --text FILE] [--examples 24] ...: the questions that heads are ranked on, as
// score-heads reads them.
#include "worker/ablation/probe.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "worker/tools/examples_json.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

const std::map<std::string, ProbeTask> kTasks = {{"kv_retrieval", ProbeTask::kKvRetrieval},
                                                 {"multi_value", ProbeTask::kMultiValue},
                                                 {"needle", ProbeTask::kNeedle}};
const std::map<std::string, ProbeTemplate> kTemplates = {{"qa", ProbeTemplate::kQa},
                                                         {"paper", ProbeTemplate::kPaper}};

struct Arguments {
  std::string model;
  ProbeSpec probe{.seed = 1};
  ProbePaths paths;
  int count = 24;
};

absl::StatusOr<nlohmann::json> MakeExamples(const Arguments& arguments) {
  if (!arguments.paths.text.empty() && arguments.probe.task != ProbeTask::kNeedle) {
    return absl::InvalidArgumentError("--text is for --task needle");
  }
  auto sources = ReadProbeSources(arguments.paths);
  if (!sources.ok()) return sources.status();
  ProbeSpec spec = arguments.probe;
  spec.sources = std::make_shared<const ProbeSources>(*std::move(sources));
  const auto tokenizer = OpenTokenizer(arguments.model);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto examples = MakeProbe(spec, **tokenizer, 0, arguments.count);
  if (!examples.ok()) return examples.status();
  return ExamplesJson(*examples);
}

}  // namespace

int ProbeTool(int argc, char** argv) {
  CLI::App app{"Probe examples in a model's tokens: {\"examples\": [{\"ids\", \"answer_len\"}, ...]}"};
  Arguments arguments;
  ProbeSpec& probe = arguments.probe;
  app.add_option("MODEL", arguments.model, "a .gguf file or a Hugging Face folder")->required();
  app.add_option("--task", probe.task, "kv_retrieval, multi_value or needle")
      ->transform(CLI::CheckedTransformer(kTasks, CLI::ignore_case));
  app.add_option("--template", probe.prompt, "qa or paper")
      ->transform(CLI::CheckedTransformer(kTemplates, CLI::ignore_case));
  app.add_option("--pairs", probe.pairs, "key-value pairs of an example");
  app.add_option("--values-per-key", probe.values_per_key, "of multi_value")->check(CLI::Range(2, 10));
  app.add_option("--text", arguments.paths.text, "of needle: plain text, a file or glob");
  app.add_option("--context-tokens", probe.context_tokens, "of needle: the prompt's length")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--key-file", arguments.paths.keys, "words to use as keys, one a line");
  app.add_option("--value-file", arguments.paths.values, "words to use as values, one a line");
  app.add_option("--examples", arguments.count, "how many")->check(CLI::Range(1, 1'000'000));
  app.add_option("--seed", probe.seed, "of the draw");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto examples = MakeExamples(arguments);
  if (!examples.ok()) return Fail(examples.status());
  std::cout << examples->dump() << "\n";
  return 0;
}

}  // namespace rad
