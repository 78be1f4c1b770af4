#include "worker/parallel/gradient_sum.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

namespace rad {

struct GradientSum::Bucket {
  std::vector<at::Tensor> parameters, slots;  // a slot is a parameter's place in `flat`
  at::Tensor flat;
  std::size_t missing = 0;  // gradients of this step that are not there yet
  std::unique_ptr<PendingWork> sum;
};

// Called with a parameter whose gradient a backward pass has just completed.
class GradientSum::Hook final : public torch::autograd::PostAccumulateGradHook {
 public:
  Hook(GradientSum& owner, std::size_t bucket) : owner_(owner), bucket_(bucket) {}
  void operator()(const torch::autograd::Variable&) override { owner_.Arrived(bucket_); }

 private:
  GradientSum& owner_;
  const std::size_t bucket_;
};

GradientSum::GradientSum(Collective& collective, std::vector<at::Tensor> parameters,
                         std::int64_t bucket_bytes)
    : collective_(collective) {
  std::int64_t bytes = bucket_bytes;
  for (auto parameter = parameters.rbegin(); parameter != parameters.rend(); ++parameter) {
    if (bytes >= bucket_bytes) {
      buckets_.emplace_back();
      bytes = 0;
    }
    bytes += static_cast<std::int64_t>(parameter->nbytes());
    buckets_.back().parameters.push_back(*parameter);
    torch::autograd::impl::set_post_acc_grad_hooks(*parameter,
                                                   std::make_unique<Hook>(*this, buckets_.size() - 1));
  }
  for (Bucket& bucket : buckets_) {
    std::int64_t values = 0;
    for (const at::Tensor& parameter : bucket.parameters) values += parameter.numel();
    bucket.flat = at::empty({values}, at::kFloat);
    std::int64_t at = 0;
    for (const at::Tensor& parameter : bucket.parameters) {
      bucket.slots.push_back(bucket.flat.narrow(0, at, parameter.numel()).view(parameter.sizes()));
      at += parameter.numel();
    }
  }
}

GradientSum::~GradientSum() {
  for (const Bucket& bucket : buckets_) {
    for (const at::Tensor& parameter : bucket.parameters)
      torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
  }
}

void GradientSum::Begin() {
  for (Bucket& bucket : buckets_) bucket.missing = bucket.parameters.size();
  next_ = 0;
  begun_ = true;
}

void GradientSum::Arrived(std::size_t bucket) {
  if (!begun_) return;
  --buckets_[bucket].missing;
  while (next_ < buckets_.size() && buckets_[next_].missing == 0) StartReady();
}

void GradientSum::StartReady() {
  const at::NoGradGuard no_grad;
  Bucket& bucket = buckets_[next_++];
  for (std::size_t i = 0; i < bucket.parameters.size(); ++i) {
    at::Tensor& gradient = bucket.parameters[i].mutable_grad();
    if (gradient.defined()) {
      bucket.slots[i].copy_(gradient);
    } else {
      bucket.slots[i].zero_();
    }
    gradient = bucket.slots[i];
  }
  bucket.sum = collective_.StartSum(bucket.flat);
}

void GradientSum::Finish() {
  begun_ = false;
  while (next_ < buckets_.size()) StartReady();
  for (Bucket& bucket : buckets_) bucket.sum->Wait();
}

}  // namespace rad
