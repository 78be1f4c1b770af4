// roles_stage.h: what the heads do that are kept for what they do, as a stage. Pure.
#pragma once

#include <vector>

#include "coordinator/head_race.h"
#include "coordinator/stage_work.h"

namespace rad {

// Of an Ablation the best `top` of its ranking; of a Distillation all that its students keep, but for the
// heads of controls, which were drawn by chance. Sorted by layer and head.
std::vector<HeadRef> HeadsWithRole(const v1::JobRecord& job, const std::vector<RankedHead>& ranking);

// Classifies these heads on the first examples of spec.probe.
PlannedTask RolesTask(const v1::JobRecord& job, const std::vector<HeadRef>& heads);

}  // namespace rad
