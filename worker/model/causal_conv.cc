#include "worker/model/causal_conv.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/causal_conv.h"

namespace rad {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Channels that one thread handles at a time: their accumulators stay in the first-level cache.
constexpr std::int64_t kChannelBlock = 64;

// Calls body(first channel, number of channels) for every block of channels, in parallel.
template <typename Body>
void ForChannelBlocks(std::int64_t channels, const Body& body) {
  const std::int64_t blocks = (channels + kChannelBlock - 1) / kChannelBlock;
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      const std::int64_t first = block * kChannelBlock;
      body(first, std::min(kChannelBlock, channels - first));
    }
  });
}

// A block's taps [4, count] out of weight [c, 4].
std::array<float, kernels::kConvWidth * kChannelBlock> Taps(const at::Tensor& weight, std::int64_t first,
                                                            std::int64_t count) {
  std::array<float, kernels::kConvWidth * kChannelBlock> taps;
  const float* rows = weight.const_data_ptr<float>() + first * kernels::kConvWidth;
  for (std::int64_t c = 0; c < count; ++c) {
    for (std::int64_t k = 0; k < kernels::kConvWidth; ++k)
      taps[k * count + c] = rows[c * kernels::kConvWidth + k];
  }
  return taps;
}

at::Tensor UnitChannelStride(const at::Tensor& in) { return in.stride(2) == 1 ? in : in.contiguous(); }

class ConvFunction : public torch::autograd::Function<ConvFunction> {
 public:
  static Variable forward(AutogradContext* context, const Variable& input, const Variable& weight,
                          const Variable& bias) {
    const at::Tensor in = UnitChannelStride(input), w = weight.contiguous(), offset = bias.contiguous();
    context->save_for_backward({in, w});
    const std::int64_t channels = in.size(2), tokens = in.size(1);
    at::Tensor out = at::empty(in.sizes(), in.options());
    ForChannelBlocks(channels, [&](std::int64_t first, std::int64_t count) {
      const auto taps = Taps(w, first, count);
      const kernels::ConvBlock block{tokens, count, in.stride(1), channels};
      for (std::int64_t b = 0; b < in.size(0); ++b) {
        kernels::CausalConv(block, in.const_data_ptr<float>() + b * in.stride(0) + first, taps.data(),
                            offset.const_data_ptr<float>() + first,
                            out.mutable_data_ptr<float>() + b * tokens * channels + first);
      }
    });
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &in = saved[0], &weight = saved[1];
    const at::Tensor grad_out = grads[0].contiguous();
    const std::int64_t channels = in.size(2), tokens = in.size(1);
    at::Tensor grad_in = at::empty(in.sizes(), in.options());
    at::Tensor grad_weight = at::empty({channels, kernels::kConvWidth}, in.options());
    at::Tensor grad_bias = at::empty({channels}, in.options());
    ForChannelBlocks(channels, [&](std::int64_t first, std::int64_t count) {
      const auto taps = Taps(weight, first, count);
      const kernels::ConvBlock block{tokens, count, in.stride(1), channels};
      std::array<double, kernels::kConvWidth * kChannelBlock> taps_grad{};
      std::array<double, kChannelBlock> bias_grad{};
      for (std::int64_t b = 0; b < in.size(0); ++b) {
        const std::int64_t offset = b * tokens * channels + first;
        kernels::CausalConvBackward(block, in.const_data_ptr<float>() + b * in.stride(0) + first, taps.data(),
                                    grad_out.const_data_ptr<float>() + offset,
                                    grad_in.mutable_data_ptr<float>() + offset, taps_grad.data(),
                                    bias_grad.data());
      }
      for (std::int64_t c = 0; c < count; ++c) {
        grad_bias.mutable_data_ptr<float>()[first + c] = static_cast<float>(bias_grad[c]);
        for (std::int64_t k = 0; k < kernels::kConvWidth; ++k) {
          grad_weight.mutable_data_ptr<float>()[(first + c) * kernels::kConvWidth + k] =
              static_cast<float>(taps_grad[k * count + c]);
        }
      }
    });
    return {grad_in, grad_weight, grad_bias};
  }
};

}  // namespace

at::Tensor CausalConv(const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias) {
  return ConvFunction::apply(in, weight, bias);
}

}  // namespace rad
