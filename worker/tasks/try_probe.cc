#include "worker/tasks/try_probe.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/tasks/probe_files.h"
#include "worker/tasks/spec.h"

namespace rad {
namespace {

constexpr int kTriedExamples = 8;  // they differ in length

}  // namespace

absl::StatusOr<v1::ProbeFiles> TryProbe(const v1::Probe& probe, const std::string& teacher,
                                        std::int64_t most_tokens) {
  auto spec = ProbeOf(probe, ProbeSplit::kRank, probe.seed());
  if (!spec.ok()) return spec.status();
  auto sources = ReadProbeSources(PathsOf(probe));
  if (!sources.ok()) return sources.status();
  spec->sources = std::make_shared<const ProbeSources>(*std::move(sources));
  const auto tokenizer = OpenTokenizer(teacher);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto examples = MakeProbe(*spec, **tokenizer, 0, kTriedExamples);
  if (!examples.ok()) return examples.status();
  for (const ProbeExample& example : *examples) {
    if (static_cast<std::int64_t>(example.ids.size()) <= most_tokens) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        spec->task == ProbeTask::kNeedle ? "probe.context_tokens" : "probe.pairs", " makes examples of ",
        example.ids.size(), " tokens, but the teacher reads ", most_tokens, "; lower it"));
  }
  return FilesOf(*spec->sources);
}

}  // namespace rad
