#include "worker/tasks/spec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rad {

absl::StatusOr<Precision> PrecisionOf(v1::Precision precision) {
  if (precision == v1::BFLOAT16) return Precision::kBfloat16;
  if (precision == v1::FLOAT32) return Precision::kFloat32;
  return absl::InvalidArgumentError(absl::StrCat("the task's precision is ", precision,
                                                 ", neither BFLOAT16 nor FLOAT32; submit its job again"));
}

absl::StatusOr<ProbeSpec> ProbeOf(const v1::Probe& probe, ProbeSplit split, std::uint64_t seed) {
  ProbeSpec spec{.pairs = static_cast<int>(probe.pairs()), .seed = seed, .split = split};
  switch (probe.template_()) {
    case v1::Probe::QA:
      spec.prompt = ProbeTemplate::kQa;
      return spec;
    case v1::Probe::PAPER:
      spec.prompt = ProbeTemplate::kPaper;
      return spec;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("probe.template: ", probe.template_(), " is unknown to this worker; use QA or PAPER"));
  }
}

absl::StatusOr<DataSpec> DataOf(const v1::Data& data, const v1::Probe& probe) {
  auto prompts = ProbeOf(probe, ProbeSplit::kTrain, data.seed());
  if (!prompts.ok()) return prompts.status();
  return DataSpec{.text = {data.text().begin(), data.text().end()},
                  .retrieval_share = data.retrieval_share(),
                  .sequence_tokens = data.sequence_tokens(),
                  .held_out_share = data.held_out_share(),
                  .seed = data.seed(),
                  .prompts = *prompts};
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
