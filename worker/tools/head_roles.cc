// head-roles MODEL [--heads 16.0,18.6]: what heads do on key-value questions, by their attention and
// gradient.
#include "worker/ablation/head_roles.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "worker/ablation/all_heads.h"
#include "worker/model/model_file.h"
#include "worker/model/working_dtype.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

struct Arguments {
  std::string model, output = "table";
  std::vector<std::string> heads;
  int examples = 32;
  ProbeSpec probe{.seed = 1};
};

absl::StatusOr<std::vector<HeadId>> ParseHeads(const std::vector<std::string>& texts) {
  std::vector<HeadId> heads;
  for (const std::string& text : texts) {
    const std::vector<std::string> parts = absl::StrSplit(text, '.');
    HeadId head;
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &head.layer) ||
        !absl::SimpleAtoi(parts[1], &head.head)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--heads: \"", text, "\" is not layer.head, such as 16.0"));
    }
    heads.push_back(head);
  }
  return heads;
}

absl::StatusOr<std::vector<HeadRole>> Describe(const Arguments& arguments) {
  auto heads = ParseHeads(arguments.heads);
  if (!heads.ok()) return heads.status();
  const auto file = OpenModelFile(arguments.model);
  if (!file.ok()) return file.status();
  if (heads->empty()) heads = AllHeads((*file)->config());
  const auto tokenizer = OpenTokenizer(arguments.model);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto examples = MakeProbe(arguments.probe, **tokenizer, 0, arguments.examples);
  if (!examples.ok()) return examples.status();
  const auto model = LoadTransformer(**file, WorkingDtype(FastestPrecision()));
  if (!model.ok()) return model.status();
  return ClassifyHeads(*model, *examples, *heads, [](std::int64_t) { return true; });
}

std::string Name(const HeadId& head) { return absl::StrCat(head.layer, ".", head.head); }

const char* RoleWord(Role role) {
  switch (role) {
    case Role::kGather:
      return "gather";
    case Role::kAggregate:
      return "aggregate";
    case Role::kMixed:
      return "mixed";
    case Role::kOther:
      break;
  }
  return "other";
}

void PrintJson(const std::vector<HeadRole>& heads) {
  for (const HeadRole& role : heads) {
    std::cout << nlohmann::ordered_json{{"head", Name(role.head)},
                                        {"role", RoleWord(role.role())},
                                        {"gather", role.gather},
                                        {"gather_if_equal", role.gather_if_equal},
                                        {"aggregate", role.aggregate},
                                        {"aggregate_if_equal", role.aggregate_if_equal},
                                        {"attribution_nats", role.attribution}}
                     .dump()
              << "\n";
  }
}

void PrintTable(const std::vector<HeadRole>& heads) {
  std::printf("%-6s %-10s %7s %-11s %10s %-11s %11s\n", "HEAD", "ROLE", "GATHER", "(if equal)", "AGGREGATE",
              "(if equal)", "ATTRIBUTION");
  for (const HeadRole& role : heads) {
    std::printf("%-6s %-10s %6.1f%% (%8.1f%%) %9.1f%% (%8.1f%%) %+6.3f nats\n", Name(role.head).c_str(),
                RoleWord(role.role()), 100 * role.gather, 100 * role.gather_if_equal, 100 * role.aggregate,
                100 * role.aggregate_if_equal, role.attribution);
  }
}

}  // namespace

int HeadRolesTool(int argc, char** argv) {
  CLI::App app{
      "What heads do on key-value questions: the shares of attention that make them Gather or Aggregate "
      "heads, and the gradient's estimate of what they are worth"};
  Arguments arguments;
  app.add_option("MODEL", arguments.model, "a .gguf file or a Hugging Face folder")->required();
  app.add_option("--heads", arguments.heads, "layer.head, as 16.0,18.6; default: all")->delimiter(',');
  app.add_option("--examples", arguments.examples, "probe examples")->check(CLI::Range(1, 100'000));
  app.add_option("--pairs", arguments.probe.pairs, "key-value pairs of an example");
  app.add_option("--seed", arguments.probe.seed, "of the draw");
  app.add_option("-o,--output", arguments.output, "table or json (JSON lines)")
      ->check(CLI::IsMember({"table", "json"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto heads = Describe(arguments);
  if (!heads.ok()) return Fail(heads.status());
  arguments.output == "json" ? PrintJson(*heads) : PrintTable(*heads);
  return 0;
}

}  // namespace rad
