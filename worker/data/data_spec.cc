#include "worker/data/data_spec.h"

#include "absl/strings/str_cat.h"

namespace rad {
namespace {

const char* KindName(DataSource::Kind kind) {
  switch (kind) {
    case DataSource::Kind::kText:
      return "text";
    case DataSource::Kind::kJsonl:
      return "jsonl";
    case DataSource::Kind::kTokens:
      return "tokens";
  }
  return "";
}

}  // namespace

std::vector<DataSource> SourcesOf(const DataSpec& spec) {
  if (spec.text.empty()) return spec.sources;
  return {DataSource{.globs = spec.text}};
}

std::string FieldOf(const DataSpec& spec, std::size_t index) {
  if (!spec.text.empty()) return "data.text";
  return absl::StrCat("data.sources[", index, "].", KindName(spec.sources[index].kind));
}

}  // namespace rad
