#include "worker/ablation/probe_sources.h"

#include <filesystem>
#include <set>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "worker/model/sha256.h"
#include "worker/text/nfc.h"
#include "worker/text/text_files.h"
#include "worker/text/utf8.h"

namespace rad {
namespace {

std::string Digest(std::string_view bytes) { return bytes.empty() ? "" : Sha256Hex(bytes); }

// In normal form C, as a tokenizer may make it: a prompt's tokens then spell its bytes, which tells where in
// them a pair is.
std::string WordOf(absl::string_view line) {
  const std::string word(absl::StripAsciiWhitespace(line));
  return FindInvalidUtf8(word) == std::string_view::npos ? ToNfc(word) : word;
}

std::string FaultOf(const std::string& word, const std::set<std::string>& before) {
  if (FindInvalidUtf8(word) != std::string_view::npos) return "is not UTF-8";
  if (word.size() > kMaxWordBytes) return absl::StrCat("is longer than ", kMaxWordBytes, " bytes");
  if (before.contains(word)) return "is there twice";
  return "";
}

absl::StatusOr<std::vector<std::string>> ReadWords(const std::string& path, const std::string& field) {
  std::vector<std::string> words;
  if (path.empty()) return words;
  if (!std::filesystem::is_regular_file(path)) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ": \"", path, "\" is no file; give a file of words, one a line, that exists on every worker"));
  }
  const auto files = ReadTextFiles({path}, field);
  if (!files.ok()) return files.status();
  std::set<std::string> before;
  int line = 0;
  for (const absl::string_view text : absl::StrSplit(files->front().text, '\n')) {
    ++line;
    const std::string word = WordOf(text);
    if (word.empty()) continue;
    if (const std::string fault = FaultOf(word, before); !fault.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(field, ": the word in line ", line, " of ", path, " ",
                                                     fault, "; give distinct words, one a line"));
    }
    before.insert(word);
    words.push_back(word);
  }
  return words;
}

absl::StatusOr<std::string> ReadText(const std::string& glob, const std::string& field) {
  if (glob.empty()) return "";
  const auto files = ReadTextFiles({glob}, field);
  if (!files.ok()) return files.status();
  return absl::StrJoin(*files, "\n\n",
                       [](std::string* out, const TextFile& file) { absl::StrAppend(out, file.text); });
}

}  // namespace

absl::StatusOr<ProbeSources> ReadProbeSources(const ProbePaths& paths) {
  auto text = ReadText(paths.text, "probe.text");
  if (!text.ok()) return text.status();
  auto keys = ReadWords(paths.keys, "probe.key_file");
  if (!keys.ok()) return keys.status();
  auto values = ReadWords(paths.values, "probe.value_file");
  if (!values.ok()) return values.status();
  return ProbeSources{*std::move(text), *std::move(keys), *std::move(values)};
}

ProbeDigests DigestsOf(const ProbeSources& sources) {
  return {Digest(sources.text), Digest(absl::StrJoin(sources.keys, "\n")),
          Digest(absl::StrJoin(sources.values, "\n"))};
}

}  // namespace rad
