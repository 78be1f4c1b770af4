#include "worker/tasks/spec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rad {

namespace {

absl::StatusOr<ProbeTask> TaskOf(const v1::Probe& probe) {
  switch (probe.task()) {
    case v1::Probe::TASK_UNSPECIFIED:
    case v1::Probe::KV_RETRIEVAL:
      return ProbeTask::kKvRetrieval;
    case v1::Probe::MULTI_VALUE:
      return ProbeTask::kMultiValue;
    case v1::Probe::NEEDLE:
      return ProbeTask::kNeedle;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("probe.task: ", probe.task(),
                       " is unknown to this worker; use KV_RETRIEVAL, MULTI_VALUE or NEEDLE"));
  }
}

absl::StatusOr<ProbeTemplate> TemplateOf(const v1::Probe& probe) {
  switch (probe.template_()) {
    case v1::Probe::QA:
      return ProbeTemplate::kQa;
    case v1::Probe::PAPER:
      return ProbeTemplate::kPaper;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("probe.template: ", probe.template_(), " is unknown to this worker; use QA or PAPER"));
  }
}

DataSource SourceOf(const v1::DataSource& source) {
  using Kind = DataSource::Kind;
  if (!source.jsonl().empty()) return {Kind::kJsonl, {source.jsonl()}, source.field(), source.weight()};
  if (!source.tokens().empty()) return {Kind::kTokens, {source.tokens()}, "", source.weight()};
  return {Kind::kText, {source.text()}, "", source.weight()};
}

}  // namespace

absl::StatusOr<Precision> PrecisionOf(v1::Precision precision) {
  if (precision == v1::BFLOAT16) return Precision::kBfloat16;
  if (precision == v1::FLOAT32) return Precision::kFloat32;
  return absl::InvalidArgumentError(absl::StrCat("the task's precision is ", precision,
                                                 ", neither BFLOAT16 nor FLOAT32; submit its job again"));
}

absl::StatusOr<ProbeSpec> ProbeOf(const v1::Probe& probe, ProbeSplit split, std::uint64_t seed) {
  const auto prompt = TemplateOf(probe);
  if (!prompt.ok()) return prompt.status();
  const auto task = TaskOf(probe);
  if (!task.ok()) return task.status();
  return ProbeSpec{.prompt = *prompt,
                   .pairs = static_cast<int>(probe.pairs()),
                   .seed = seed,
                   .split = split,
                   .task = *task,
                   .values_per_key = static_cast<int>(probe.values_per_key()),
                   .context_tokens = static_cast<int>(probe.context_tokens())};
}

DataSpec DataOf(const v1::Data& data, ProbeSpec prompts) {
  prompts.split = ProbeSplit::kTrain;
  prompts.seed = data.seed();
  DataSpec spec{.text = {data.text().begin(), data.text().end()},
                .retrieval_share = data.retrieval_share(),
                .sequence_tokens = data.sequence_tokens(),
                .held_out_share = data.held_out_share(),
                .seed = data.seed(),
                .prompts = std::move(prompts)};
  for (const v1::DataSource& source : data.sources()) spec.sources.push_back(SourceOf(source));
  spec.teacher_share = data.teacher_share();
  return spec;
}

absl::StatusOr<Join> JoinOf(v1::Student::Join join) {
  switch (join) {
    case v1::Student::JOIN_UNSPECIFIED:
    case v1::Student::REPLACE:
      return Join::kReplace;
    case v1::Student::ADAPTER:
      return Join::kAdapter;
    case v1::Student::SUM:
      return Join::kSum;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("student.join: ", join, " is unknown to this worker; use replace, adapter or sum"));
  }
}

absl::StatusOr<AlignTarget> TargetOf(v1::Align::Target target) {
  switch (target) {
    case v1::Align::TARGET_UNSPECIFIED:
    case v1::Align::HEAD:
      return AlignTarget::kHead;
    case v1::Align::LAYER:
      return AlignTarget::kLayer;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("align.target: ", target, " is unknown to this worker; use head or layer"));
  }
}

std::vector<HeadId> HeadsOf(const google::protobuf::RepeatedPtrField<v1::Head>& heads) {
  std::vector<HeadId> ids;
  for (const v1::Head& head : heads)
    ids.push_back({static_cast<int>(head.layer()), static_cast<int>(head.head())});
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace rad
