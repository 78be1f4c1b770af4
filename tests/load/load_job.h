// load_job.h: the jobs of a load and what simulated workers answer, shaped like those of SmolLM2 (30 layers
// of 9 heads), so that records, events and tasks are as large as real ones.
#pragma once

#include "rad/v1/job.pb.h"
#include "rad/v1/plan.pb.h"
#include "rad/v1/result.pb.h"

namespace rad {

// A distillation of three students. Each job has data of its own, so that none takes another's results; every
// fiftieth ranks the heads itself, and is cut into hundreds of tasks then.
v1::Job LoadJob(int number);

// Inspecting, and running the teacher itself before its heads are ranked: seconds of work, so that what
// follows is what keeps workers busy.
bool IsShort(const v1::Work& work);

// Of work that publishes nothing.
v1::TaskResult AnswerOf(const v1::Work& work);
bool PublishesNothing(const v1::Work& work);

}  // namespace rad
