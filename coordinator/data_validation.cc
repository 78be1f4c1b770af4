#include "coordinator/data_validation.h"

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/match.h"

namespace rad {
namespace {

constexpr int kMaxSources = 64;
constexpr double kMaxWeight = 1e6;
constexpr double kRounding = 1e-9;  // of shares that are to add up to 1

void CheckPath(absl::string_view field, const std::string& path, Violations& found) {
  if (absl::StartsWith(path, "/")) return;
  found.Add(field, absl::StrCat("is \"", path, "\"; workers need an absolute path or glob"));
}

void CheckSource(const v1::DataSource& source, const std::string& field, Violations& found) {
  int given = 0;
  for (const auto& [kind, path] : std::initializer_list<std::pair<const char*, const std::string&>>{
           {".text", source.text()}, {".jsonl", source.jsonl()}, {".tokens", source.tokens()}}) {
    if (path.empty()) continue;
    ++given;
    CheckPath(field + kind, path, found);
  }
  if (given != 1) {
    found.Add(field,
              absl::StrCat("gives ", given, " of text, jsonl and tokens; give exactly one, a file or glob"));
  }
  if (!source.field().empty() && source.jsonl().empty())
    found.Add(field + ".field", "is of jsonl, which this source is not; remove it");
  if (!(source.weight() > 0 && source.weight() <= kMaxWeight)) {
    found.Add(field + ".weight",
              absl::StrCat("is ", source.weight(), "; give more than 0 and at most ", kMaxWeight));
  }
}

void CheckSources(const v1::Data& data, Violations& found) {
  for (int i = 0; i < data.sources_size(); ++i)
    CheckSource(data.sources(i), absl::StrCat("spec.data.sources[", i, "]"), found);
  if (data.sources_size() > kMaxSources) {
    found.Add("spec.data.sources",
              absl::StrCat("has ", data.sources_size(), " sources; give at most ", kMaxSources));
  }
  if (!data.sources().empty() && !data.text().empty())
    found.Add("spec.data.sources", "is given beside spec.data.text; make that a source too");
}

void CheckShares(const v1::Data& data, Violations& found) {
  found.Range("spec.data.retrieval_share", data.retrieval_share(), 0.0, 1.0);
  found.Range("spec.data.teacher_share", data.teacher_share(), 0.0, 1.0);
  const double made = data.retrieval_share() + data.teacher_share();
  if (data.retrieval_share() <= 1 && data.teacher_share() <= 1 && made > 1 + kRounding) {
    found.Add(
        "spec.data.teacher_share",
        absl::StrCat("is ", data.teacher_share(), ", which with a retrieval_share of ",
                     data.retrieval_share(), " is more than all; give at most ", 1 - data.retrieval_share()));
  }
  if (NamesText(data) || made >= 1 - kRounding) return;
  found.Add("spec.data.text",
            "is empty; give globs of plain text files, or retrieval_share: 1 to train without");
}

}  // namespace

bool NamesText(const v1::Data& data) { return !data.text().empty() || !data.sources().empty(); }

void CheckData(const v1::Data& data, Violations& found) {
  CheckShares(data, found);
  found.Range("spec.data.sequence_tokens", data.sequence_tokens(), 16u, 1u << 20);
  for (int i = 0; i < data.text_size(); ++i)
    CheckPath(absl::StrCat("spec.data.text[", i, "]"), data.text(i), found);
  CheckSources(data, found);
  if (!(data.held_out_share() >= 0 && data.held_out_share() < 1)) {
    found.Add("spec.data.held_out_share",
              absl::StrCat("is ", data.held_out_share(), "; give 0 to less than 1"));
  }
}

}  // namespace rad
