// join_gang.h: meets the other ranks of a task.
#pragma once

#include <memory>

#include "worker/parallel/collective.h"
#include "worker/task_host.h"

namespace rad {

// Null when the host's seat is alone. Once everything is loaded: the others wait for it. Throws like
// Collective::Join.
inline std::unique_ptr<Collective> JoinGang(TaskHost& host) {
  const GangSeat seat = host.Seat();
  if (seat.alone()) return nullptr;
  host.Report({.phase = "meeting the other workers"});
  return Collective::Join(seat);
}

}  // namespace rad
