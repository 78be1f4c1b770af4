// run_ranks.h: a gang of threads, each with a seat, on the loopback interface.
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "worker/parallel/local_meeting_place.h"

namespace rad {

inline void RunRanks(int world_size, int batch_parts, const std::function<void(const GangSeat&)>& work) {
  LocalMeetingPlace meeting;
  std::vector<std::thread> ranks;
  for (int rank = 0; rank < world_size; ++rank) {
    ranks.emplace_back(work, GangSeat{rank, world_size, batch_parts, "127.0.0.1", &meeting});
  }
  for (std::thread& rank : ranks) rank.join();
}

}  // namespace rad
