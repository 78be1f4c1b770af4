// fence.h: which attempt of which task: the mark that every report and every artifact write carries.
#pragma once

#include "rad/v1/plan.pb.h"
#include "rad/v1/worker.pb.h"

namespace rad {

inline v1::Fence FenceOf(const v1::Task& task) {
  v1::Fence fence;
  fence.set_task_id(task.task_id());
  fence.set_attempt(task.attempt());
  fence.set_epoch(task.epoch());
  fence.set_rank(task.rank());
  return fence;
}

inline bool SameFence(const v1::Fence& a, const v1::Fence& b) {
  return a.task_id() == b.task_id() && a.attempt() == b.attempt() && a.epoch() == b.epoch();
}

}  // namespace rad
