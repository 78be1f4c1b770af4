#include "kernels/dequant.h"
#include "worker/tools/selftest/kinds.h"

namespace rad {

std::vector<Check> CheckDequantisation(const SelftestCase& test) {
  const TensorType type = TensorTypeNamed(test.settings.at("type").get<std::string>()).value();
  const at::Tensor raw = test.At("raw").contiguous(), &expected = test.At("f32");
  const TensorLayout& layout = LayoutOf(type);
  at::Tensor value = at::empty({raw.numel() / layout.block_bytes * layout.block_values});
  Dequantize(type, {reinterpret_cast<const std::byte*>(raw.const_data_ptr<std::uint8_t>()), raw.nbytes()},
             {value.mutable_data_ptr<float>(), static_cast<std::size_t>(value.numel())});
  Checks checks(test.name, /*tolerance=*/0, {});
  checks.Add("f32", value.reshape_as(expected), expected);
  return checks.all();
}

}  // namespace rad
