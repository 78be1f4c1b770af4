#include "worker/model/ssm_heads.h"

#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <vector>

#include "kernels/ssm_head.h"
#include "worker/model/kernel_data.h"

namespace rad {
namespace {

using torch::autograd::AutogradContext;

using torch::autograd::Variable;
using torch::autograd::variable_list;
using Optional = std::optional<at::Tensor>;  // an undefined tensor cannot be an argument

const float* DataOrNull(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

// The tensors of one call, all dense.
struct Call {
  kernels::SsmHeadShape shape;
  at::Tensor projected, bias, conv_weight, conv_bias, z_bias, skip, reset;

  std::int64_t sequences() const { return projected.size(0); }
  kernels::SsmHeadWeights Weights() const {
    return {DataOrNull(bias), conv_weight.const_data_ptr<float>(), conv_bias.const_data_ptr<float>(),
            DataOrNull(z_bias), skip.const_data_ptr<float>()};
  }
  const bool* ResetOf(std::int64_t sequence) const {
    return reset.defined() ? reset.const_data_ptr<bool>() + sequence * shape.tokens : nullptr;
  }

  // Calls body(sequence, head, scratch) for every head of every sequence, in parallel.
  template <typename Body>
  void ForHeads(const Body& body) const {
    at::parallel_for(0, sequences() * shape.heads, 1, [&](std::int64_t begin, std::int64_t end) {
      std::vector<float> scratch(static_cast<std::size_t>(kernels::SsmHeadScratch(shape)));
      for (std::int64_t i = begin; i < end; ++i) body(i / shape.heads, i % shape.heads, scratch.data());
    });
  }
};

// Gradients of the weights by sequence, [b, ...] each, so that no two calls write to one place.
struct WeightGradients {
  at::Tensor bias, conv_weight, conv_bias, z_bias, skip;

  explicit WeightGradients(const Call& call) {
    const auto by_sequence = [&](const at::Tensor& weight) {
      if (!weight.defined()) return at::Tensor();
      std::vector<std::int64_t> shape = weight.sizes().vec();
      shape.insert(shape.begin(), call.sequences());
      return at::empty(shape, weight.options().requires_grad(false));
    };
    bias = by_sequence(call.bias), conv_weight = by_sequence(call.conv_weight);
    conv_bias = by_sequence(call.conv_bias), z_bias = by_sequence(call.z_bias), skip = by_sequence(call.skip);
  }

  kernels::SsmHeadGradients Of(std::int64_t sequence) const {
    const auto part = [&](const at::Tensor& all) {
      return all.defined() ? all.mutable_data_ptr<float>() + sequence * all.stride(0) : nullptr;
    };
    return {part(bias), part(conv_weight), part(conv_bias), part(z_bias), part(skip)};
  }
};

class SsmHeadsFunction : public torch::autograd::Function<SsmHeadsFunction> {
 public:
  static Variable forward(AutogradContext* context, const Variable& projected, const Optional& bias,
                          const Variable& conv_weight, const Variable& conv_bias, const Optional& z_bias,
                          const Variable& skip, const Optional& reset, std::int64_t head_dim,
                          std::int64_t state_dim) {
    const auto given = [](const Optional& tensor) { return tensor.value_or(at::Tensor()); };
    const Call call{{projected.size(1), skip.size(0), head_dim, state_dim},
                    projected,
                    given(bias),
                    conv_weight,
                    conv_bias,
                    given(z_bias),
                    skip,
                    given(reset)};
    context->save_for_backward(
        {call.projected, call.bias, conv_weight, conv_bias, call.z_bias, skip, call.reset});
    context->saved_data["head_dim"] = head_dim;
    context->saved_data["state_dim"] = state_dim;
    at::Tensor out =
        at::empty({projected.size(0), projected.size(1), call.shape.x_columns()}, projected.options());
    DispatchKernelType(out, [&]<typename T>(T) {
      const std::int64_t in_size = projected.stride(0), out_size = out.stride(0);
      const T* in = KernelData<T>(projected);
      T* to = MutableKernelData<T>(out);
      call.ForHeads([&](std::int64_t b, std::int64_t head, float* scratch) {
        kernels::SsmHead(call.shape, head, call.Weights(), in + b * in_size, call.ResetOf(b),
                         to + b * out_size, scratch);
      });
    });
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &projected = saved[0], &skip = saved[5];
    const Call call{{projected.size(1), skip.size(0), context->saved_data["head_dim"].toInt(),
                     context->saved_data["state_dim"].toInt()},
                    projected,
                    saved[1],
                    saved[2],
                    saved[3],
                    saved[4],
                    skip,
                    saved[6]};
    const at::Tensor grad_out = grads[0].contiguous();
    at::Tensor grad_projected = at::empty_like(projected);
    const WeightGradients parts(call);
    DispatchKernelType(projected, [&]<typename T>(T) {
      const std::int64_t in_size = projected.stride(0), out_size = grad_out.stride(0);
      const T *in = KernelData<T>(projected), *dy = KernelData<T>(grad_out);
      T* to = MutableKernelData<T>(grad_projected);
      call.ForHeads([&](std::int64_t b, std::int64_t head, float* scratch) {
        kernels::SsmHeadBackward(call.shape, head, call.Weights(), in + b * in_size, call.ResetOf(b),
                                 dy + b * out_size, to + b * in_size, parts.Of(b), scratch);
      });
    });
    const auto sum = [](const at::Tensor& all) { return all.defined() ? all.sum(0) : all; };
    return {grad_projected,
            sum(parts.bias),
            sum(parts.conv_weight),
            sum(parts.conv_bias),
            sum(parts.z_bias),
            sum(parts.skip),
            {},
            {},
            {}};
  }
};

}  // namespace

at::Tensor SsmHeads(const Mamba2Weights& w, const at::Tensor& projected, const at::Tensor& reset) {
  const std::vector<std::int64_t> by_token{projected.size(0), projected.size(1)};
  TORCH_CHECK(
      projected.dim() == 3 && projected.size(2) == w.rows() && projected.size(1) <= kMaxSsmHeadsTokens,
      "SsmHeads: projected ", projected.sizes(), " does not fit ", w.rows(), " rows or is longer than ",
      kMaxSsmHeadsTokens, " tokens");
  TORCH_CHECK(!reset.defined() || reset.sizes() == by_token, "SsmHeads: reset has shape ", reset.sizes(),
              " instead of ", by_token);
  const auto dense = [](const at::Tensor& tensor) -> Optional {
    return tensor.defined() ? Optional(tensor.contiguous()) : std::nullopt;
  };
  return SsmHeadsFunction::apply(projected.contiguous(), dense(w.in_proj_bias), w.conv_weight.contiguous(),
                                 w.conv_bias.contiguous(), dense(w.z_bias), w.D.contiguous(), dense(reset),
                                 w.head_dim, w.state_dim);
}

}  // namespace rad
