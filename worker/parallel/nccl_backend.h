// nccl_backend.h: a gang's ranks joined by NCCL, where every one of them has a CUDA device to itself.
#pragma once

#include <chrono>
#include <string>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "worker/gang.h"

namespace rad {

// Tells the other ranks which device this one has ("" for none) and hears of theirs. The same answer on all
// ranks: empty when all have one and no two the same, otherwise what stands against NCCL. Throws PeerLost.
std::string ObstacleToNccl(const GangSeat& seat, const std::string& device,
                           std::chrono::milliseconds patience);

// Joined, and found to add up right on every rank; null, after a line on standard error where there are
// devices, when that is not so for one of them: then all ranks get null. Of tensors on device 0 alone. Throws
// PeerLost.
c10::intrusive_ptr<c10d::Backend> JoinByNccl(const GangSeat& seat,
                                             const c10::intrusive_ptr<c10d::Store>& store,
                                             std::chrono::milliseconds patience);

}  // namespace rad
