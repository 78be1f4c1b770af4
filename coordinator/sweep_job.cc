#include "coordinator/sweep_job.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/spec_defaults.h"
#include "proto/field_path.h"

namespace rad {

std::uint32_t LastRung(const v1::SweepSpec& spec) {
  return spec.search().has_early_stop() ? spec.search().early_stop().rungs() - 1 : 0;
}

absl::StatusOr<v1::Job> JobOfPoint(const v1::Sweep& sweep, const std::string& sweep_id,
                                   const v1::SweepPoint& point, std::uint32_t rung) {
  v1::Job job;
  job.set_kind(v1::Job::DISTILLATION);
  *job.mutable_metadata() = sweep.metadata();
  job.mutable_metadata()->set_name(absl::StrCat(sweep.metadata().name(), "-", point.point()));
  (*job.mutable_metadata()->mutable_labels())["sweep"] = sweep_id;
  *job.mutable_spec() = sweep.spec().template_();
  for (const v1::FieldSetting& setting : point.settings()) {
    const std::vector<std::string> words(setting.words().begin(), setting.words().end());
    const absl::Status set = SetField(*job.mutable_spec(), setting.path(), words);
    if (!set.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("point ", point.point(), ": ", set.message()));
    }
  }
  FillDefaults(job);
  std::uint64_t tokens = job.spec().distill().tokens();
  for (std::uint32_t i = rung; i < LastRung(sweep.spec()); ++i)
    tokens = std::max<std::uint64_t>(1, tokens / sweep.spec().search().early_stop().divisor());
  job.mutable_spec()->mutable_distill()->set_tokens(tokens);
  return job;
}

}  // namespace rad
