#include "worker/distill/optimizer_shards.h"

#include <memory>
#include <utility>

#include "worker/parallel/parameter_owners.h"

namespace rad {
namespace {

std::vector<std::int64_t> Sizes(const std::vector<NamedTensor>& parameters) {
  std::vector<std::int64_t> sizes;
  for (const NamedTensor& parameter : parameters) sizes.push_back(parameter.tensor.numel());
  return sizes;
}

}  // namespace

OptimizerShards::OptimizerShards(Collective& collective, std::vector<NamedTensor> parameters)
    : collective_(collective),
      parameters_(std::move(parameters)),
      owners_(OwnersOf(Sizes(parameters_), collective.world_size())) {
  if (collective_.rank() > 0) return;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (owners_[i] == 0) continue;
    for (const char* name : kMomentNames) {
      gathered_.push_back({parameters_[i].name + name, at::empty(parameters_[i].tensor.sizes())});
      gathered_from_.push_back(owners_[i]);
    }
  }
}

std::vector<bool> OptimizerShards::Owned() const {
  std::vector<bool> owned;
  for (const int owner : owners_) owned.push_back(owner == collective_.rank());
  return owned;
}

void OptimizerShards::ShareValues() const {
  std::vector<std::unique_ptr<PendingWork>> pending;
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    pending.push_back(collective_.StartBroadcast(parameters_[i].tensor.detach(), owners_[i]));
  for (const auto& one : pending) one->Wait();
}

void OptimizerShards::Gather(const AdamW& optimizer) const {
  if (collective_.rank() > 0) {
    for (const NamedTensor& moment : optimizer.Moments()) collective_.Send(moment.tensor, 0);
  }
  for (std::size_t i = 0; i < gathered_.size(); ++i)
    collective_.Receive(gathered_[i].tensor, gathered_from_[i]);
}

}  // namespace rad
