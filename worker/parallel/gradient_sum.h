// gradient_sum.h: adds up the gradients of all ranks while the backward pass still computes: parameters are
// gathered in buckets, and a bucket is on its way as soon as its last gradient is there.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "worker/parallel/collective.h"

namespace rad {

// Large enough that a message's latency does not show, small enough that the first leaves early.
inline constexpr std::int64_t kBucketBytes = std::int64_t{8} << 20;

class GradientSum {
 public:
  // `parameters`: float32 leaves, in the order of the forward pass; buckets are cut from their end, as the
  // backward pass comes from there. Both must outlive this.
  GradientSum(Collective& collective, std::vector<at::Tensor> parameters,
              std::int64_t bucket_bytes = kBucketBytes);
  ~GradientSum();
  GradientSum(const GradientSum&) = delete;
  GradientSum& operator=(const GradientSum&) = delete;

  // To be called before the last backward pass of a step: gradients that it completes begin to be added up.
  void Begin();
  // Waits; every parameter's gradient is then the sum over all ranks, where one that has none counts as zero.
  // Throws PeerLost.
  void Finish();

 private:
  struct Bucket;
  class Hook;
  void Arrived(std::size_t bucket);
  void StartReady();

  Collective& collective_;
  std::vector<Bucket> buckets_;
  std::size_t next_ = 0;  // bucket to start: always in this order, on every rank
  bool begun_ = false;
};

}  // namespace rad
