// optimizer_shards.h: an optimizer's state spread over the ranks of a gang (ZeRO-1): each rank holds the
// moments of the parameters it owns, updates those, and gives their new values to the others.
#pragma once

#include <vector>

#include "worker/distill/adamw.h"
#include "worker/parallel/collective.h"

namespace rad {

class OptimizerShards {
 public:
  // `parameters` in the same order on all ranks. `collective` must outlive this.
  OptimizerShards(Collective& collective, std::vector<NamedTensor> parameters);

  // Which parameters are this rank's, for AdamW.
  std::vector<bool> Owned() const;
  // After the owners' step: every rank gets all values. Throws PeerLost.
  void ShareValues() const;
  // Brings all moments to rank 0, into Gathered(). Throws PeerLost.
  void Gather(const AdamW& optimizer) const;
  // On rank 0 the other ranks' moments as of the last Gather, named as in AdamW::State; elsewhere none. Their
  // memory is first touched by Gather.
  const std::vector<NamedTensor>& Gathered() const { return gathered_; }

 private:
  Collective& collective_;
  const std::vector<NamedTensor> parameters_;
  const std::vector<int> owners_;
  std::vector<int> gathered_from_;  // the rank of each in gathered_
  std::vector<NamedTensor> gathered_;
};

}  // namespace rad
