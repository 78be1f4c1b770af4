// tokenize MODEL [--decode]: JSON lines on stdin, {"text"} -> {"ids"}, or {"ids"} -> {"text", "bytes"}.
// tokenize MODEL --text|--jsonl GLOB --out FOLDER: files into token shards to train from.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <string>

#include "absl/strings/escaping.h"
#include "worker/data/write_shards.h"
#include "worker/model/json.h"
#include "worker/text/tokenizer.h"
#include "worker/tools/exit_code.h"
#include "worker/tools/json_lines.h"
#include "worker/tools/tools.h"

namespace rad {
namespace {

constexpr char kHelp[] =
    "Texts to token ids, or back: one JSON object a line on stdin. With --out: files to token shards, which "
    "a "
    "job trains from with data.sources: [{tokens: FOLDER/*.tokens}] without tokenising them again. Shards "
    "are "
    "of MODEL's tokenizer, and a job whose teacher has another refuses them";

struct Arguments {
  std::string model;
  bool decode = false;
  std::string text, jsonl, field = "text", out;
};

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

absl::Status AnswerLines(const Arguments& arguments, const Tokenizer& tokenizer) {
  return AnswerJsonLines(std::cin, std::cout, [&](const nlohmann::json& request) {
    return arguments.decode ? Decode(tokenizer, request) : Encode(tokenizer, request);
  });
}

absl::Status WriteFolder(const Arguments& arguments, const Tokenizer& tokenizer) {
  const bool lines = !arguments.jsonl.empty();
  const DataSource source{lines ? DataSource::Kind::kJsonl : DataSource::Kind::kText,
                          {lines ? arguments.jsonl : arguments.text},
                          arguments.field};
  const auto files = FilesOfSource(source, lines ? "--jsonl" : "--text");
  if (!files.ok()) return files.status();
  const auto written = WriteShards(*files, tokenizer, arguments.out);
  if (!written.ok()) return written.status();
  std::cout << nlohmann::json{{"folder", std::filesystem::absolute(arguments.out).string()},
                              {"shards", written->shards},
                              {"documents", written->documents},
                              {"tokens", written->tokens}}
                   .dump()
            << "\n";
  return absl::OkStatus();
}

}  // namespace

int TokenizeTool(int argc, char** argv) {
  CLI::App app{kHelp};
  Arguments arguments;
  app.add_option("MODEL", arguments.model, "a .gguf file or a folder with tokenizer.json")->required();
  CLI::Option* decode = app.add_flag("--decode", arguments.decode,
                                     "{\"ids\"} to {\"text\", \"bytes\"} instead of {\"text\"} to {\"ids\"}");
  CLI::Option* out =
      app.add_option("--out", arguments.out, "a folder to be made, for the shards: all of them or none");
  CLI::Option_group* source = app.add_option_group("source", "of the shards");
  source->add_option("--text", arguments.text, "plain text, a file or glob; a file is a document")
      ->needs(out);
  CLI::Option* jsonl =
      source->add_option("--jsonl", arguments.jsonl, "JSON, an object a line; each is a document")
          ->needs(out);
  source->require_option(0, 1);
  app.add_option("--field", arguments.field, "of each JSON object, that holds its text")
      ->needs(jsonl)
      ->capture_default_str();
  out->excludes(decode);
  try {
    app.parse(argc, argv);
    if (!arguments.out.empty() && arguments.text.empty() && arguments.jsonl.empty())
      throw CLI::ValidationError("--out", "needs --text or --jsonl");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto tokenizer = OpenTokenizer(arguments.model);
  if (!tokenizer.ok()) return Fail(tokenizer.status());
  const absl::Status status =
      arguments.out.empty() ? AnswerLines(arguments, **tokenizer) : WriteFolder(arguments, **tokenizer);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace rad
