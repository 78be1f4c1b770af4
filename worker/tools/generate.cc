// generate MODEL --prompt TEXT: streams what the model writes next.
#include "worker/model/generate.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "worker/model/open_language_model.h"
#include "worker/text/tokenizer.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

struct Arguments {
  std::string model, prompt, dtype = "float32";
  std::vector<TokenId> ids;
  GenerateOptions options;
};

// The new text as it comes, in its exact bytes: a character may arrive in parts.
absl::Status StreamText(const LanguageModel& model, const Arguments& arguments) {
  const auto tokenizer = OpenTokenizer(arguments.model);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto prompt = (*tokenizer)->Encode(arguments.prompt);
  if (!prompt.ok()) return prompt.status();
  absl::Status decoded;
  absl::Status status = Generate(model, *prompt, arguments.options, (*tokenizer)->eos(), [&](TokenId id) {
    const auto bytes = (*tokenizer)->DecodeBytes({&id, 1});
    decoded = bytes.status();
    if (bytes.ok()) std::cout << *bytes << std::flush;
    return bytes.ok();
  });
  std::cout << "\n";
  status.Update(decoded);
  return status;
}

absl::Status PrintIds(const LanguageModel& model, const Arguments& arguments) {
  std::vector<TokenId> made;
  const absl::Status status =
      Generate(model, arguments.ids, arguments.options, std::nullopt, [&](TokenId id) {
        made.push_back(id);
        return true;
      });
  if (status.ok()) std::cout << nlohmann::json{{"ids", made}}.dump() << "\n";
  return status;
}

absl::Status Run(Arguments& arguments) {
  const at::ScalarType dtype = arguments.dtype == "bf16" ? at::kBFloat16 : at::kFloat;
  arguments.options.cache_dtype = dtype;
  const auto model = OpenLanguageModel(arguments.model, dtype);
  if (!model.ok()) return model.status();
  return arguments.ids.empty() ? StreamText(**model, arguments) : PrintIds(**model, arguments);
}

}  // namespace

int GenerateTool(int argc, char** argv) {
  CLI::App app{"What a model writes after a prompt, token by token"};
  Arguments arguments;
  app.add_option("MODEL", arguments.model, "a .gguf file, a Hugging Face folder or an exported student")
      ->required();
  auto* input = app.add_option_group("input");
  input->add_option("--prompt", arguments.prompt, "text to go on from; special tokens in it are parsed");
  input->add_option("--ids", arguments.ids, "token ids to go on from, as 1,2,3; prints {\"ids\"}")
      ->delimiter(',');
  input->require_option(1);
  app.add_option("--max-tokens", arguments.options.max_tokens, "most tokens to write")->capture_default_str();
  app.add_option("--temperature", arguments.options.temperature, "0: always the likeliest token")
      ->capture_default_str();
  app.add_option("--seed", arguments.options.seed, "of the draws at a temperature above 0")
      ->capture_default_str();
  app.add_option("--dtype", arguments.dtype, "float32 or bf16")->check(CLI::IsMember({"float32", "bf16"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const absl::Status status = Run(arguments);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace rad
