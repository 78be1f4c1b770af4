// tokenize MODEL [--decode]: JSON lines on stdin, {"text"} -> {"ids"}, or {"ids"} -> {"text", "bytes"}.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "absl/strings/escaping.h"
#include "worker/model/json.h"
#include "worker/text/tokenizer.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/json_lines.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

absl::StatusOr<nlohmann::json> Encode(const Tokenizer& tokenizer, const nlohmann::json& request) {
  const std::string* text = FindString(request, "text");
  if (text == nullptr) return absl::InvalidArgumentError("\"text\" must be a string");
  auto ids = tokenizer.Encode(*text);
  if (!ids.ok()) return ids.status();
  return nlohmann::json{{"ids", *ids}};
}

// bytes: hex of the exact bytes; text: the same with U+FFFD for what is not UTF-8.
absl::StatusOr<nlohmann::json> Decode(const Tokenizer& tokenizer, const nlohmann::json& request) {
  auto ids = IdsIn(request);
  if (!ids.ok()) return ids.status();
  auto bytes = tokenizer.DecodeBytes(*ids);
  if (!bytes.ok()) return bytes.status();
  return nlohmann::json{{"text", ReplaceInvalidUtf8(*bytes)}, {"bytes", absl::BytesToHexString(*bytes)}};
}

}  // namespace

int TokenizeTool(int argc, char** argv) {
  CLI::App app{"Texts to token ids, or back: one JSON object a line on stdin"};
  std::string model;
  bool decode = false;
  app.add_option("MODEL", model, "a .gguf file or a folder with tokenizer.json")->required();
  app.add_flag("--decode", decode, "{\"ids\"} to {\"text\", \"bytes\"} instead of {\"text\"} to {\"ids\"}");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  auto tokenizer = OpenTokenizer(model);
  if (!tokenizer.ok()) return Fail(tokenizer.status());
  const auto status = AnswerJsonLines(std::cin, std::cout, [&](const nlohmann::json& request) {
    return decode ? Decode(**tokenizer, request) : Encode(**tokenizer, request);
  });
  return status.ok() ? 0 : Fail(status);
}

}  // namespace rad
