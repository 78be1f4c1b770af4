// collective.h: what ranks of a gang do together. Every rank makes the same calls in the same order. Sums
// come to the same bits on all ranks. Not thread-safe.
#pragma once

#include <ATen/ATen.h>

#include <memory>

#include "worker/gang.h"

namespace rad {

// Something all ranks have begun.
class PendingWork {
 public:
  virtual ~PendingWork() = default;
  virtual void Wait() = 0;  // throws PeerLost
};

class Collective {
 public:
  // Connects to the other ranks of the seat. Throws PeerLost when one of them does not come within minutes,
  // and c10::Error when this machine cannot be reached under the seat's address.
  static std::unique_ptr<Collective> Join(const GangSeat& seat);
  virtual ~Collective() = default;

  virtual int rank() const = 0;
  virtual int world_size() const = 0;
  // That this rank has spent waiting for what ranks do together.
  virtual double seconds_waited() const = 0;

  // Begins to add up `tensor` (dense, on the CPU) of all ranks, in place; it must not be touched until then.
  virtual std::unique_ptr<PendingWork> StartSum(at::Tensor tensor) = 0;
  void Sum(const at::Tensor& tensor) { StartSum(tensor)->Wait(); }

  // Begins to give all ranks the values of one rank's `tensor`, dense too.
  virtual std::unique_ptr<PendingWork> StartBroadcast(at::Tensor tensor, int from_rank) = 0;

  // One rank's tensor to another's of the same shape and type. Both throw PeerLost.
  virtual void Send(at::Tensor tensor, int to_rank) = 0;
  virtual void Receive(at::Tensor tensor, int from_rank) = 0;
};

}  // namespace rad
