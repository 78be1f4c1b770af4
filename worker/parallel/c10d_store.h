// c10d_store.h: a MeetingPlace as the store that LibTorch's process groups meet through.
#pragma once

#include <torch/csrc/distributed/c10d/Store.hpp>

#include "worker/gang.h"

namespace rad {

// `meeting` must outlive it. Errors of the meeting place are thrown as PeerLost.
c10::intrusive_ptr<c10d::Store> MakeC10dStore(MeetingPlace& meeting);

}  // namespace rad
