// stage_work.h: the one task of a stage that needs no ranking, and what all tasks of a job share. Pure.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "coordinator/score_table.h"
#include "rad/v1/record.pb.h"

namespace rad {

struct PlannedTask {
  v1::Work work;
  std::vector<v1::Input> inputs;
};

// A task of the job that is still to be told what to do: its precision is set, and it has no inputs.
PlannedTask NewTask(const v1::JobRecord& job);

// The stages it comes after must have succeeded. Not for RANK, SELECT and ROLES.
PlannedTask TaskOfStage(const v1::JobRecord& job, const v1::StageRecord& stage);

void AddHeads(const std::vector<HeadRef>& heads, google::protobuf::RepeatedPtrField<v1::Head>& list);

// Whether this stage makes what the student begins as, and the stage that does.
bool Aligns(const v1::StageRecord& stage, const v1::StudentResult& student);
const v1::StageRecord& AlignStageOf(const v1::JobRecord& job, const v1::StudentResult& student);

// Lookups by name; aborts when absent, as names come from the job's own plan.
const v1::StageRecord& StageNamed(const v1::JobRecord& job, absl::string_view name);
v1::StudentResult& StudentNamed(v1::JobRecord& job, absl::string_view name);
const v1::StudentResult& StudentNamed(const v1::JobRecord& job, absl::string_view name);

}  // namespace rad
